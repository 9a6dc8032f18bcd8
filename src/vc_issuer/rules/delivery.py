"""An offering as one run delivers it, and what its documents say whoever the learner: worked out once, when asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from vc_issuer.model.offering import Component, Offering, Run
from vc_issuer.model.record import Specification
from vc_issuer.model.text import LocalizedText
from vc_issuer.rules.profile import Profile
from vc_issuer.rules.specifications import unit_specification, whole_specification
from vc_issuer.rules.statements import certificate_statements


class Wording(NamedTuple):
    """What a certificate says of parts that were recognised, and in its statements."""

    recognised: tuple[Component, ...]
    statements: tuple[LocalizedText, ...]


class Delivery:
    """What documents of one offering, run and profile share; the same objects each time.

    The offering must have passed its rules: a level, a mode and ECTS are there. The run's own scale and reference
    groups stand in for the offering's.
    """

    def __init__(self, offering: Offering, run: Run, profile: Profile) -> None:
        self.given = offering
        self.run = run
        self.profile = profile
        self.offering = offering.delivered(run)
        self._components = {component.code: component for component in self.offering.components}
        self._units: dict[str, Specification] = {}
        self._wordings: dict[tuple[int, ...], Wording] = {}

    def component(self, code: str) -> Component:
        """Return the component with this code, which the offering has."""
        return self._components[code]

    @cached_property
    def whole(self) -> Specification:
        """Return what a certificate certifies."""
        return whole_specification(self.offering, self.profile)

    @cached_property
    def marked_component(self) -> Component | None:
        """Return the one component whose mark the certificate states, if the offering wants that (ADR 10)."""
        required = [component for component in self.offering.components if component.required]
        if not self.offering.mark_on_certificate or len(required) != 1:
            return None
        grading = required[0].grading
        return required[0] if grading is not None and grading.numeric else None

    @cached_property
    def marked_whole(self) -> Specification:
        """Return what a certificate certifies that states the mark of its one component."""
        marked = self.marked_component
        if marked is None:
            return self.whole
        return replace(self.whole, grading=marked.grading, distribution=marked.distribution)

    def unit(self, code: str) -> Specification:
        """Return what the credit certificate of a course unit certifies."""
        if code not in self._units:
            self._units[code] = unit_specification(self.offering, self.component(code), self.profile)
        return self._units[code]

    def wording(self, recognised: Sequence[Component], *, credit_certificates: int) -> Wording:
        """Return what a certificate says; `recognised` are components of the offering as it was given."""
        key = (credit_certificates, *map(id, recognised))
        if key not in self._wordings:
            statements = certificate_statements(
                self.offering, self.profile, credit_certificates=credit_certificates, recognised=recognised
            )
            self._wordings[key] = Wording(tuple(recognised), statements)
        return self._wordings[key]

    @cached_property
    def valid_until(self) -> date | None:
        """Return the day on which certificates expire, if they do."""
        months = self.offering.valid_months
        if months is None:
            return None
        awarded = self.run.awarded_on
        years, month = divmod(awarded.month - 1 + months, 12)
        return next(_days_from(awarded.year + years, month + 1, awarded.day))


def _days_from(year: int, month: int, day: int) -> Iterator[date]:
    """Give the day, or the last one of a shorter month."""
    for candidate in range(day, 27, -1):
        try:
            yield date(year, month, candidate)
        except ValueError:
            continue
    yield date(year, month, min(day, 28))
