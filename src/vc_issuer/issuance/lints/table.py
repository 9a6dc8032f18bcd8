"""The lints as one table: what each is called, whose check it stands for, how severe it is, and its function.

The words stand in `lints.toml`, the functions beside it; a lint without the one or the other stops the program.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from vc_issuer.errors import ConfigurationError
from vc_issuer.issuance.lints import accreditation, badge, badge_life, badge_proof, edc
from vc_issuer.issuance.lints.subject import Check
from vc_issuer.model.credential import FormatName
from vc_issuer.model.record import Severity
from vc_issuer.model.text import LocalizedText


class Stage(Enum):
    """When a lint runs. After a stage with an error nothing further is asked: what is missing can't be judged.

    Those of `SHAPE` and `TERMS` depend on members and types alone, and run once a shape; `PROOF` and `HOLDS` look at
    the copy that was secured, so they run where one was made.
    """

    SHAPE = "shape"
    VALUE = "value"
    TERMS = "terms"
    SCHEMA = "schema"
    PROOF = "proof"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One lint. `message` holds `{place}` where the place matters; `citation` names the receiver and its check."""

    id: str
    format: FormatName
    stage: Stage
    severity: Severity
    message: LocalizedText
    citation: str
    check: Check


_CHECKS: Mapping[Stage, tuple[Mapping[str, Check], ...]] = {
    Stage.SHAPE: (badge.BY_SHAPE, badge_life.BY_SHAPE, edc.BY_SHAPE),
    Stage.VALUE: (badge.BY_VALUE, badge_life.BY_VALUE, edc.BY_VALUE, accreditation.BY_VALUE),
    Stage.TERMS: (badge_proof.TERMS,),
    Stage.SCHEMA: (badge_proof.SCHEMA, edc.SCHEMA),
    Stage.PROOF: (badge_proof.PROOF, edc.PROOF),
    Stage.HOLDS: (badge_proof.PROOF_VALUE, edc.PROOF_VALUE),
}
_FORMATS = {"ob3": FormatName.OB3, "edc": FormatName.ELM}


@cache
def lints() -> tuple[Lint, ...]:
    """Return every lint, in the order in which they run. Raises ConfigurationError if the table has a gap."""
    text = files("vc_issuer.issuance.lints").joinpath("lints.toml").read_text(encoding="utf-8")
    words = tomllib.loads(text)
    known = {
        name: (stage, check) for stage, tables in _CHECKS.items() for table in tables for name, check in table.items()
    }
    if gap := known.keys() ^ words.keys():
        raise ConfigurationError(f"these lints lack their words or their function: {', '.join(sorted(gap))}.")
    return tuple(
        Lint(
            id=name,
            format=_FORMATS[name.partition(".")[0]],
            stage=stage,
            severity=Severity(words[name]["severity"]),
            message=LocalizedText.of(nl=words[name]["nl"], en=words[name]["en"]),
            citation=words[name]["citation"],
            check=check,
        )
        for name, (stage, check) in known.items()
    )


@cache
def lints_of(name: FormatName, stage: Stage) -> tuple[Lint, ...]:
    """Return the lints of one format and stage."""
    return tuple(lint for lint in lints() if lint.format is name and lint.stage is stage)
