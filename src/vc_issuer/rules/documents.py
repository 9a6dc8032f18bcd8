"""The documents that a record gives, with every fact resolved that any format prints (domain 1.3 and part 3); pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vc_issuer.model.offering import Component, Offering
from vc_issuer.model.record import (
    ComponentResult,
    DocumentDue,
    DocumentKind,
    EnrolmentRoute,
    LearningRecord,
    Specification,
)
from vc_issuer.rules.delivery import Delivery
from vc_issuer.rules.offering_rules import answer_to
from vc_issuer.rules.statements import credit_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """What a record comes to: required parts earned here or recognised, and parts that earn a credit certificate."""

    earned: tuple[Component, ...]
    recognised: tuple[Component, ...]
    credited: tuple[tuple[Component, ComponentResult], ...]
    complete: bool


def documents_due(record: LearningRecord, achieved: Achieved, delivery: Delivery) -> tuple[DocumentDue, ...]:
    """Return the certificate, if everything required is achieved, then one credit certificate a course unit.

    `delivery` is that of the record's offering and run.
    """
    documents = [_certificate(record, achieved, delivery)] if achieved.complete else []
    documents += [_credit_certificate(record, unit.code, result, delivery) for unit, result in achieved.credited]
    return tuple(documents)


def _certificate(record: LearningRecord, achieved: Achieved, delivery: Delivery) -> DocumentDue:
    routes = {result.route for result in record.results}
    count = len(achieved.credited)
    marked = _marked(record, delivery)
    wording = delivery.wording(achieved.recognised, credit_certificates=count)
    return _due(
        record,
        DocumentKind.CERTIFICATE,
        delivery.marked_whole if marked else delivery.whole,
        delivery.offering,
        mark=marked.mark if marked else None,
        honours=marked.honours if marked else False,
        evidence=tuple(dict.fromkeys(link for result in record.results for link in result.evidence)),
        credits_earned=_sum(achieved.earned),
        credits_recognised=_sum(achieved.recognised),
        route=routes.pop() if len(routes) == 1 else None,
        exempted=wording.recognised,
        partners=delivery.offering.partners,
        credit_certificates=count,
        statements=wording.statements,
        valid_until=delivery.valid_until,
    )


def _credit_certificate(record: LearningRecord, code: str, result: ComponentResult, delivery: Delivery) -> DocumentDue:
    component = delivery.component(code)
    numeric = component.grading is not None and component.grading.numeric
    return _due(
        record,
        DocumentKind.CREDIT_CERTIFICATE,
        delivery.unit(code),
        delivery.offering,
        credits_earned=component.ects,
        mark=result.mark if numeric else None,
        honours=result.honours and numeric,
        evidence=result.evidence,
        route=_route_told(delivery.offering, result),
        statements=credit_statements(),
    )


def _due(
    record: LearningRecord, kind: DocumentKind, specification: Specification, offering: Offering, **own: Any
) -> DocumentDue:
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
        mandate=offering.mandate,
        **own,
    )


def _marked(record: LearningRecord, delivery: Delivery) -> ComponentResult | None:
    """Return the result whose mark the certificate states, if there is a mark."""
    component = delivery.marked_component
    if component is None:
        return None
    result = next((each for each in record.results if each.component == component.code), None)
    return result if result is not None and result.mark is not None else None


def _route_told(offering: Offering, result: ComponentResult) -> EnrolmentRoute | None:
    answer = answer_to(offering, "R5.route", result.component)
    told = next((route for route in EnrolmentRoute if answer and route.value == answer.value), None)
    return told or result.route


def _sum(components: Sequence[Component]) -> Decimal:
    return sum((component.ects for component in components), Decimal(0))
