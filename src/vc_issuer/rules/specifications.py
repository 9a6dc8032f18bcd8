"""What a document certifies, with every fact resolved: an offering as a whole, or one of its course units; pure."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from vc_issuer.model.offering import (
    Assessment,
    Component,
    Form,
    FormType,
    LearningOutcome,
    Level,
    Mode,
    Offering,
    QualityLabel,
    QualityScope,
)
from vc_issuer.model.parties import Assessor
from vc_issuer.model.record import Specification
from vc_issuer.rules.offering_rules import answer_to, level_of
from vc_issuer.rules.profile import Profile


def component_iri(offering: Offering, component: Component) -> str:
    """Return the language-neutral URL of a course unit, beside the offering's own: code, then version."""
    own = f"/{offering.code}/{offering.version}"
    base = offering.iri.removesuffix(own)
    return f"{base}/{component.code}/{offering.version}"


def whole_specification(offering: Offering, profile: Profile) -> Specification:
    """Resolve what a certificate certifies: the offering as a whole, gaps filled from its components."""
    outcomes, assessments = _outcomes_and_assessments(offering)
    ects = offering.ects or Decimal(0)
    return Specification(
        iri=offering.iri,
        code=offering.code,
        version=offering.version,
        title=offering.title,
        description=offering.description or offering.title,
        outcomes=outcomes,
        assessments=assessments,
        ects=ects,
        hours=offering.hours or _hours(ects, profile),
        level=_with_framework(level_of(offering), profile),
        mode=offering.mode or Mode.ON_CAMPUS,
        form=form_of(offering),
        form_type=form_type_of(offering),
        quality=offering.quality or _weakest_quality(offering),
        isced=offering.isced,
        mode_details=offering.mode_details,
        prerequisites=offering.prerequisites,
        stackability=offering.stackability,
        stackable_into=offering.stackable_into,
        stackable_into_url=offering.stackable_into_url,
        catalogue_url=offering.catalogue_url,
        assessed_by=_one_assessor(offering),
    )


def unit_specification(offering: Offering, component: Component, profile: Profile) -> Specification:
    """Resolve what a credit certificate certifies: one course unit, gaps filled from its offering."""
    return Specification(
        iri=component_iri(offering, component),
        code=component.code,
        version=offering.version,
        title=component.title,
        description=component.description or component.title,
        outcomes=component.outcomes or offering.outcomes,
        assessments=component.assessments or offering.assessments,
        ects=component.ects,
        hours=component.hours or _hours(component.ects, profile),
        level=_with_framework(component.level or level_of(offering), profile),
        mode=offering.mode or Mode.ON_CAMPUS,
        form=component.form,
        form_type=form_type_of(offering),
        quality=component.quality or offering.quality,
        isced=offering.isced,
        mode_details=offering.mode_details,
        programme=component.programme,
        prerequisites=offering.prerequisites,
        grading=component.grading,
        distribution=component.distribution,
        catalogue_url=component.catalogue_url or offering.catalogue_url,
        assessed_by=component.assessed_by,
    )


def form_of(offering: Offering) -> Form | None:
    """Derive the form of the whole from its components; None for a mixed one (domain 1.2)."""
    forms = {component.form for component in offering.components}
    return forms.pop() if len(forms) == 1 else None


def form_type_of(offering: Offering) -> FormType | None:
    """Return the stated type, else the one that the registrar answered to R5.form."""
    answer = answer_to(offering, "R5.form")
    given = answer.value if answer else ""
    return offering.form_type or next((form_type for form_type in FormType if form_type.value == given), None)


def _one_assessor(offering: Offering) -> Assessor | None:
    """Return who assessed the whole: somebody only if the same assessed every component."""
    assessors = {component.assessed_by for component in offering.components}
    return assessors.pop() if len(assessors) == 1 else None


def _outcomes_and_assessments(offering: Offering) -> tuple[tuple[LearningOutcome, ...], tuple[Assessment, ...]]:
    """Take the whole's own, else the components' in order, numbered on; what assesses a part still covers that part."""
    if offering.outcomes:
        parts = tuple(replace(a, covers=()) for c in offering.components for a in c.assessments)
        return offering.outcomes, offering.assessments or _distinct(parts)
    outcomes: list[LearningOutcome] = []
    assessments: list[Assessment] = []
    for component in offering.components:
        first = len(outcomes)
        numbers = {outcome.number: first + n for n, outcome in enumerate(component.outcomes, start=1)}
        outcomes += [replace(outcome, number=numbers[outcome.number]) for outcome in component.outcomes]
        assessments += [
            replace(a, covers=tuple(numbers[n] for n in (a.covers or numbers) if n in numbers))
            for a in component.assessments
        ]
    return tuple(outcomes), offering.assessments or tuple(assessments)


def _distinct(assessments: Sequence[Assessment]) -> tuple[Assessment, ...]:
    return tuple(dict.fromkeys(assessments))


def _hours(ects: Decimal, profile: Profile) -> int:
    """Derive the notional workload: at least what the profile's lower bound gives, in whole hours."""
    return int((ects * profile.hours_minimum).to_integral_value(ROUND_CEILING))


def _with_framework(level: Level | None, profile: Profile) -> Level:
    if level is None:
        raise ValueError("documents are built for offerings whose level is known")
    if level.framework or not profile.framework:
        return level
    return replace(level, framework=profile.framework, national=level.national or str(level.eqf))


def _weakest_quality(offering: Offering) -> tuple[QualityLabel, ...]:
    """Return the labels of the least assured component: a whole is not better assured than its weakest part (R-QA)."""

    def strength(component: Component) -> int:
        scopes = {label.scope for label in component.quality}
        return 2 if QualityScope.EXTERNAL in scopes else 1 if scopes else 0

    return min(offering.components, key=strength).quality if offering.components else ()
