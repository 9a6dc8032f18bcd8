"""Rules for tests until the real ones are at hand: a certificate, and a credit certificate a passed course unit."""

from decimal import Decimal

from vc_issuer.model.record import Decision, DocumentDue, DocumentKind, ResultStatus, Specification


def evaluate(record):
    offering = record.offering
    passed = [r for r in record.results if r.status is ResultStatus.PASSED]
    if not passed:
        return Decision(findings=(), documents=())
    documents = [_due(record, DocumentKind.CERTIFICATE, _whole(offering), offering.ects)]
    for result in passed:
        component = offering.component(result.component)
        documents.append(
            _due(
                record,
                DocumentKind.CREDIT_CERTIFICATE,
                _unit(offering, component),
                component.ects,
                mark=result.mark,
                evidence=result.evidence,
            )
        )
    return Decision(findings=(), documents=tuple(documents))


def _due(record, kind, specification, ects, **more):
    offering = record.offering
    return DocumentDue(
        kind=kind,
        record=record.reference,
        specification=specification,
        offering_iri=offering.iri,
        offering_code=offering.code,
        learner=record.learner,
        shows_birth_date=False,
        issuer=offering.awarding_bodies[0],
        awarding_bodies=offering.awarding_bodies,
        run=record.run,
        language="nl",
        languages=offering.languages,
        credits_earned=ects,
        route=record.results[0].route,
        credits_recognised=Decimal(0),
        **more,
    )


def _whole(offering):
    return Specification(
        iri=offering.iri,
        code=offering.code,
        version=offering.version,
        title=offering.title,
        description=offering.description,
        outcomes=offering.outcomes,
        assessments=offering.assessments,
        ects=offering.ects,
        hours=offering.hours,
        level=offering.level,
        mode=offering.mode,
        form=None,
        form_type=offering.form_type,
        quality=offering.quality,
        isced=offering.isced,
    )


def _unit(offering, component):
    return Specification(
        iri=f"{offering.iri}/{component.code.lower()}",
        code=component.code,
        version=offering.version,
        title=component.title,
        description=offering.description,
        outcomes=component.outcomes,
        assessments=component.assessments,
        ects=component.ects,
        hours=component.hours,
        level=offering.level,
        mode=offering.mode,
        form=component.form,
        form_type=offering.form_type,
        quality=offering.quality,
        isced=offering.isced,
        grading=component.grading,
        programme=component.programme,
    )
