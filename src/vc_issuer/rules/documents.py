"""The documents that a record gives, with every fact resolved that any format prints (domain 1.3 and part 3); pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from vc_issuer.model.offering import Component, Offering
from vc_issuer.model.record import (
    ComponentResult,
    DocumentDue,
    DocumentKind,
    EnrolmentRoute,
    LearningRecord,
    Specification,
)
from vc_issuer.rules.offering_rules import answer_to
from vc_issuer.rules.profile import Profile
from vc_issuer.rules.specifications import unit_specification, whole_specification
from vc_issuer.rules.statements import certificate_statements, credit_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """What a record comes to: required parts earned here or recognised, and parts that earn a credit certificate."""

    earned: tuple[Component, ...]
    recognised: tuple[Component, ...]
    credited: tuple[tuple[Component, ComponentResult], ...]
    complete: bool


def documents_due(record: LearningRecord, achieved: Achieved, profile: Profile) -> tuple[DocumentDue, ...]:
    """Return the certificate, if everything required is achieved, then one credit certificate a course unit.

    The offering must have passed its rules: a level, a mode and ECTS are there. The run's own scale and reference
    groups stand in for the offering's.
    """
    record = replace(record, offering=record.offering.delivered(record.run))
    documents = [_certificate(record, achieved, profile)] if achieved.complete else []
    units = {component.code: component for component in record.offering.components}
    documents += [_credit_certificate(record, units[unit.code], result, profile) for unit, result in achieved.credited]
    return tuple(documents)


def _certificate(record: LearningRecord, achieved: Achieved, profile: Profile) -> DocumentDue:
    routes = {result.route for result in record.results}
    count = len(achieved.credited)
    specification = whole_specification(record.offering, profile)
    marked = _marked(record)
    if marked is not None:
        component, _ = marked
        specification = replace(specification, grading=component.grading, distribution=component.distribution)
    return replace(
        _due(record, DocumentKind.CERTIFICATE, specification),
        mark=marked[1].mark if marked else None,
        honours=marked[1].honours if marked else False,
        evidence=tuple(dict.fromkeys(link for result in record.results for link in result.evidence)),
        credits_earned=_sum(achieved.earned),
        credits_recognised=_sum(achieved.recognised),
        route=routes.pop() if len(routes) == 1 else None,
        exempted=achieved.recognised,
        partners=record.offering.partners,
        credit_certificates=count,
        statements=certificate_statements(
            record.offering, profile, credit_certificates=count, recognised=achieved.recognised
        ),
        valid_until=_valid_until(record),
    )


def _credit_certificate(
    record: LearningRecord, component: Component, result: ComponentResult, profile: Profile
) -> DocumentDue:
    numeric = component.grading is not None and component.grading.numeric
    return replace(
        _due(record, DocumentKind.CREDIT_CERTIFICATE, unit_specification(record.offering, component, profile)),
        credits_earned=component.ects,
        mark=result.mark if numeric else None,
        honours=result.honours and numeric,
        evidence=result.evidence,
        route=_route_told(record.offering, result),
        statements=credit_statements(),
    )


def _due(record: LearningRecord, kind: DocumentKind, specification: Specification) -> DocumentDue:
    offering = record.offering
    return DocumentDue(
        kind=kind,
        record=record.reference,
        specification=specification,
        offering_iri=offering.iri,
        offering_code=offering.code,
        learner=record.learner,
        shows_birth_date=kind is DocumentKind.CREDIT_CERTIFICATE,
        issuer=offering.awarding_bodies[0],
        awarding_bodies=offering.awarding_bodies,
        run=record.run,
        language=record.language or record.run.languages[0],
        languages=offering.languages,
        credits_earned=specification.ects,
        mandate=offering.mandate,
    )


def _marked(record: LearningRecord) -> tuple[Component, ComponentResult] | None:
    """Return the one component and its mark, if the offering's certificate states it (ADR 10)."""
    required = [component for component in record.offering.components if component.required]
    if not record.offering.mark_on_certificate or len(required) != 1:
        return None
    component = required[0]
    result = next((each for each in record.results if each.component == component.code), None)
    if result is None or result.mark is None or component.grading is None or not component.grading.numeric:
        return None
    return component, result


def _route_told(offering: Offering, result: ComponentResult) -> EnrolmentRoute | None:
    answer = answer_to(offering, "R5.route", result.component)
    told = next((route for route in EnrolmentRoute if answer and route.value == answer.value), None)
    return told or result.route


def _sum(components: Sequence[Component]) -> Decimal:
    return sum((component.ects for component in components), Decimal(0))


def _valid_until(record: LearningRecord) -> date | None:
    months = record.offering.valid_months
    if months is None:
        return None
    awarded = record.run.awarded_on
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
