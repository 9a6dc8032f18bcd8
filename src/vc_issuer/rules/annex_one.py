"""Annex I of Council Recommendation 2022/C 243/02: eleven mandatory and five optional elements, as a report; pure.

A gap of a mandatory element blocks issuing; a title in one language, or an implied awarding body, warns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from vc_issuer.model.offering import Offering
from vc_issuer.model.record import Severity
from vc_issuer.model.text import LocalizedText
from vc_issuer.rules.profile import Findings, load_profile


class ElementState(Enum):
    """What became of one element."""

    PRESENT = "present"
    AT_ISSUE = "supplied at issue"
    IMPERFECT = "imperfect"
    MISSING = "missing"
    ABSENT = "absent"  # optional, and not given


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexElement:
    """One element: its id (A1 to A11, O1 to O5), name, state, and what is wrong."""

    id: str
    name: LocalizedText
    state: ElementState
    problem: LocalizedText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexReport:
    """The report on an offering, in the Recommendation's order."""

    elements: tuple[AnnexElement, ...]

    @property
    def complete(self) -> bool:
        """Tell whether no mandatory element is missing."""
        return all(e.state is not ElementState.MISSING for e in self.elements if e.id.startswith("A"))

    def element(self, element_id: str) -> AnnexElement:
        """Return one element by id."""
        return next(element for element in self.elements if element.id == element_id)


_T = LocalizedText.of
_NAMES = {
    "A1": _T(nl="Identificatie van de lerende", en="Identification of the learner"),
    "A2": _T(nl="Titel", en="Title"),
    "A3": _T(nl="Land of regio van de uitreiker", en="Country or region of the issuer"),
    "A4": _T(nl="Toekennende instelling", en="Awarding body"),
    "A5": _T(nl="Datum van uitgifte", en="Date of issuing"),
    "A6": _T(nl="Leerresultaten", en="Learning outcomes"),
    "A7": _T(nl="Studieomvang (ECTS waar mogelijk)", en="Notional workload (ECTS wherever possible)"),
    "A8": _T(nl="Niveau en cyclus", en="Level and cycle"),
    "A9": _T(nl="Evaluatievorm", en="Type of assessment"),
    "A10": _T(nl="Vorm van deelname", en="Form of participation"),
    "A11": _T(nl="Kwaliteitszorg", en="Type of quality assurance"),
    "O1": _T(nl="Toelatingsvoorwaarden", en="Prerequisites"),
    "O2": _T(nl="Toezicht en identiteitscontrole", en="Supervision and identity verification"),
    "O3": _T(nl="Cijfer", en="Grade"),
    "O4": _T(nl="Stapelbaarheid", en="Integration and stackability"),
    "O5": _T(nl="Verdere informatie", en="Further information"),
}


def annex_one(offering: Offering) -> AnnexReport:
    """Report on every element of Annex I."""
    return AnnexReport(elements=tuple(_element(element_id, offering) for element_id in _NAMES))


def annex_findings(offering: Offering, findings: Findings) -> None:
    """Add the report's gaps as findings: a missing mandatory element blocks, an imperfect one warns."""
    severities = {ElementState.MISSING: Severity.ERROR, ElementState.IMPERFECT: Severity.WARNING}
    for element in annex_one(offering).elements:
        severity = severities.get(element.state)
        if element.id.startswith("A") and severity and element.problem:
            findings.add(element.id, offering.code, severity=severity, problem=element.problem)


def _element(element_id: str, offering: Offering) -> AnnexElement:
    state, problem = _CHECKS[element_id](offering)
    return AnnexElement(id=element_id, name=_NAMES[element_id], state=state, problem=problem)


_State: TypeAlias = tuple[ElementState, LocalizedText | None]
_PRESENT: _State = (ElementState.PRESENT, None)
_ABSENT: _State = (ElementState.ABSENT, None)


def _missing(nl: str, en: str) -> _State:
    return ElementState.MISSING, _T(nl=nl, en=en)


def _imperfect(nl: str, en: str) -> _State:
    return ElementState.IMPERFECT, _T(nl=nl, en=en)


def _at_issue(_offering: Offering) -> _State:
    return ElementState.AT_ISSUE, None


def _title(offering: Offering) -> _State:
    lacking = [language for language in offering.languages if language not in offering.title.languages]
    if lacking:
        names = ", ".join(lacking)
        return _imperfect(f"geen titel in {names}", f"no title in {names}")
    return _PRESENT


def _country(offering: Offering) -> _State:
    if any(not body.address.country for body in offering.awarding_bodies) or not offering.awarding_bodies:
        return _imperfect(
            "land afleiden uit de instelling en bevestigen", "derive the country from the body and confirm"
        )
    return _PRESENT


def _awarding_body(offering: Offering) -> _State:
    if not offering.awarding_bodies or any(not (body.eidas or body.registration) for body in offering.awarding_bodies):
        return _imperfect("officiële naam en identificator nodig", "legal name and identifier needed")
    return _PRESENT


def _outcomes(offering: Offering) -> _State:
    if not offering.outcomes and not (offering.components and all(c.outcomes for c in offering.components)):
        return _missing("geen lijst van toetsbare leerresultaten", "no list of assessable statements")
    return _PRESENT


def _workload(offering: Offering) -> _State:
    if offering.ects is None:
        return _missing("geen studiepunten", "no ECTS credits")
    if offering.workload_text and "ects" not in offering.workload_text.lower():
        hours = load_profile(offering.profile)
        low, high = (int(bound * offering.ects) for bound in (hours.hours_minimum, hours.hours_maximum))
        return _imperfect(
            f"eenheid niet uitgeschreven: {offering.workload_text!r} gelezen als ECTS, {low}-{high} uur",
            f"unit not spelled out: {offering.workload_text!r} read as ECTS, {low}-{high} h",
        )
    return _PRESENT


def _level(offering: Offering) -> _State:
    if offering.level is None and not (offering.components and all(c.level for c in offering.components)):
        return _missing("geen niveau; stel VKS/EQF richtinggevend voor", "no level; propose one, indicative")
    return _PRESENT


def _assessment(offering: Offering) -> _State:
    if not offering.assessments and not (offering.components and all(c.assessments for c in offering.components)):
        return _missing("geen evaluatievorm", "no type of assessment")
    return _PRESENT


def _mode(offering: Offering) -> _State:
    return _PRESENT if offering.mode else _missing("geen vorm van deelname", "no form of participation")


def _quality(offering: Offering) -> _State:
    if not offering.quality and not (offering.components and all(c.quality for c in offering.components)):
        return _missing("geen kwaliteitszorg vermeld", "no quality assurance stated")
    return _PRESENT


def _supervision(offering: Offering) -> _State:
    all_of_them = [*offering.assessments, *(a for c in offering.components for a in c.assessments)]
    return _PRESENT if any(assessment.supervision for assessment in all_of_them) else _ABSENT


def _grade(offering: Offering) -> _State:
    return _PRESENT if any(component.grading for component in offering.components) else _ABSENT


def _present_if(present: object) -> _State:
    return _PRESENT if present else _ABSENT


_CHECKS: Mapping[str, Callable[[Offering], _State]] = {
    "A1": _at_issue,
    "A2": _title,
    "A3": _country,
    "A4": _awarding_body,
    "A5": _at_issue,
    "A6": _outcomes,
    "A7": _workload,
    "A8": _level,
    "A9": _assessment,
    "A10": _mode,
    "A11": _quality,
    "O1": lambda offering: _present_if(offering.prerequisites),
    "O2": _supervision,
    "O3": _grade,
    "O4": lambda offering: _present_if(offering.stackability),
    "O5": lambda offering: _present_if(offering.catalogue_url or offering.relevance),
}
