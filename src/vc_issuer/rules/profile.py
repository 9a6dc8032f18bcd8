"""Rule profiles and messages as data: which rules apply, with which bounds (domain 2.2 and 2.4).

Changing a profile needs no code. Rules that a profile does not name never fire under it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.offering import Run
from vc_issuer.model.record import DocumentKind, EnrolmentRoute, Finding, Severity
from vc_issuer.model.text import LocalizedText

_FILES = {"BE-VLG-2024": "be-vlg-2024.toml", "NL": "nl.toml", "EU": "eu.toml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """A lower minimum for runs that start in a window."""

    minimum: Decimal
    starts_from: date
    starts_until: date

    def covers(self, run: Run) -> bool:
        """Tell whether a run starts in the window."""
        return self.starts_from <= run.starts_on <= self.starts_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Bounds on ECTS; None where the profile has none."""

    below: Decimal | None = None
    regular_minimum: Decimal | None = None
    usual_minimum: Decimal | None = None
    usual_maximum: Decimal | None = None
    motive_above: Decimal | None = None
    regular_step: Decimal | None = None
    outside_step: Decimal | None = None
    range_minimum: Decimal | None = None
    range_maximum: Decimal | None = None
    range_maximum_severity: Severity = Severity.ERROR
    pilot: Pilot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A rule profile. `share_below` bounds the exempted share of a certificate's credits.

    `accredited_outside` tells whether what lies outside a regular programme may name an accreditation.
    """

    id: str
    effective_from: date
    documents: frozenset[DocumentKind]
    framework: str
    rules: frozenset[str]
    volume: Volume
    hours_minimum: Decimal
    hours_maximum: Decimal
    share_below: Decimal
    codex_routes: frozenset[EnrolmentRoute]
    quality_required: bool
    accredited_outside: bool

    @property
    def legal_routes(self) -> frozenset[EnrolmentRoute]:
        """Return the contracts of the Codex itself; an institution's own micro-credential contract is none of them."""
        return self.codex_routes - {EnrolmentRoute.MC_CONTRACT}

    @property
    def version(self) -> str:
        """Return what an approval binds: the id and the day from which it holds."""
        return f"{self.id} from {self.effective_from.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rule's severity, its message with holes, its source."""

    severity: Severity
    text: LocalizedText
    source: str


@cache
def load_profile(profile_id: str) -> Profile:
    """Return the profile with this id. Raises ConfigurationError that names those known."""
    name = _FILES.get(profile_id)
    if name is None:
        raise ConfigurationError(f"there is no rule profile {profile_id!r}.", remedy=f"Known are {', '.join(_FILES)}.")
    values = _read(f"profiles/{name}")
    hours, volume, quality = values["workload"], values["volume"], values.get("quality", {})
    pilot = volume.pop("pilot", None)
    severity = Severity(volume.pop("range_maximum_severity", "E"))
    return Profile(
        id=values["id"],
        effective_from=values["effective_from"],
        documents=frozenset(DocumentKind(kind) for kind in values["documents"]),
        framework=values["framework"],
        rules=frozenset(values["rules"]),
        volume=Volume(
            **{key: Decimal(value) for key, value in volume.items()},
            range_maximum_severity=severity,
            pilot=Pilot(**{**pilot, "minimum": Decimal(pilot["minimum"])}) if pilot else None,
        ),
        hours_minimum=Decimal(hours["hours_minimum"]),
        hours_maximum=Decimal(hours["hours_maximum"]),
        share_below=Decimal(values["exemption"]["share_below"]),
        codex_routes=frozenset(EnrolmentRoute(route) for route in values.get("codex_routes", [])),
        quality_required=quality.get("statement_required", False),
        accredited_outside=quality.get("accredited_outside", False),
    )


@cache
def messages() -> Mapping[str, Message]:
    """Return every rule's message."""
    return {
        rule: Message(
            severity=Severity(entry["severity"]),
            text=LocalizedText.of(nl=entry["nl"], en=entry["en"]),
            source=entry["source"],
        )
        for rule, entry in _read("messages.toml").items()
    }


def _read(name: str) -> dict[str, Any]:
    text = (files("vc_issuer.rules") / name).read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


class Findings:
    """Collect findings under one profile; a rule that the profile does not name is silent."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.found: list[Finding] = []

    def add(
        self, rule: str, subject: str, *, answered: bool = False, severity: Severity | None = None, **values: object
    ) -> None:
        """Add what `rule` found at `subject`. A value may be a LocalizedText; `severity` overrides the table's."""
        if rule not in self.profile.rules:
            return
        message = messages()[rule]
        self.found.append(
            Finding(
                rule=rule,
                severity=severity or message.severity,
                subject=subject,
                message=_filled(message.text, values),
                source=message.source,
                profile=self.profile.version,
                values=tuple((name, _plain(value)) for name, value in values.items()),
                answered=answered,
            )
        )


def _filled(template: LocalizedText, values: Mapping[str, object]) -> LocalizedText:
    return LocalizedText.of(
        {
            language: text.format(
                **{
                    name: value.best(language) if isinstance(value, LocalizedText) else _plain(value)
                    for name, value in values.items()
                }
            )
            for language, text in template
        }
    )


def _plain(value: object) -> str:
    if isinstance(value, LocalizedText):
        return value.best("en")
    if isinstance(value, Decimal):
        return plain_decimal(value)
    return str(value)


def plain_decimal(value: Decimal) -> str:
    """Write a number without exponent and trailing zeros."""
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
