"""Offerings and records that no rule has anything to say of, to be changed one fact at a time."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from builders_elm import EXAM, REVIEW, SCALE_20, UZB

from vc_issuer.model.offering import (
    Answer,
    Component,
    Form,
    FormType,
    LearningOutcome,
    Level,
    Mode,
    Offering,
    QualityLabel,
    QualityScope,
    Run,
)
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import ComponentResult, EnrolmentRoute, LearningRecord, ResultStatus
from vc_issuer.model.text import LocalizedText

T = LocalizedText.of
INTERNAL = QualityLabel(
    name=T(nl="Interne kwaliteitszorg", en="Internal quality assurance"), scope=QualityScope.INTERNAL
)
LEVEL_6 = Level(eqf=6, framework="VKS", national="6", cycle="first")
LEVEL_7 = Level(eqf=7, framework="VKS", national="7", cycle="second")


def component(code="A", ects="3", **changes):
    given = Component(
        code=code,
        title=T(nl=f"Vak {code}", en=f"Unit {code}"),
        form=Form.REGULAR,
        ects=Decimal(ects),
        outcomes=(LearningOutcome(number=1, title=T(nl=f"Kan {code}.", en=f"Does {code}.")),),
        assessments=(replace(EXAM, covers=()),),
        level=LEVEL_6,
        grading=SCALE_20,
        quality=(REVIEW, INTERNAL),
        tuition="decree",
        catalogue_url=f"https://www.uzb.example/{code}",
    )
    return replace(given, **changes)


def outside(code="A", ects="3", **changes):
    return component(code, ects, **({"form": Form.OUTSIDE, "quality": (INTERNAL,)} | changes))


def run(**changes):
    given = Run(
        key="2024-2025",
        academic_year="2024-2025",
        starts_on=date(2024, 9, 16),
        ends_on=date(2025, 6, 30),
        assessed_on=date(2025, 6, 26),
        awarded_on=date(2025, 7, 4),
        languages=("nl",),
    )
    return replace(given, **changes)


def offering(*components, profile="BE-VLG-2024", **changes):
    components = components or (component("A", "3"), component("B", "6"))
    forms = {each.form for each in components}
    form_type = FormType.T2 if len(forms) == 2 else FormType.T1 if Form.REGULAR in forms else FormType.T3B
    given = Offering(
        code="MC99",
        version="2024-2025",
        iri="https://credentials.uzb.example/achievements/MC99/2024-2025",
        profile=profile,
        title=T(nl="Proef", en="Trial"),
        description=T(nl="Een proef.", en="A trial."),
        awarding_bodies=(UZB,),
        form_type=form_type,
        components=components,
        ects=sum((each.ects for each in components), Decimal(0)),
        mode=Mode.ONLINE,
        runs=(run(),),
        catalogue_url="https://www.uzb.example/mc99",
    )
    return replace(given, **changes)


def result(code="A", status=ResultStatus.PASSED, **changes):
    given = ComponentResult(
        component=code,
        status=status,
        mark=Decimal(14) if status is ResultStatus.PASSED else None,
        route=EnrolmentRoute.CREDIT_CONTRACT,
        assessed_on=date(2025, 6, 12),
    )
    return replace(given, **changes)


def record(*results, of=None, **changes):
    of = of or offering()
    results = results or tuple(result(each.code) for each in of.components)
    learner = Learner(student_number="1", full_name="Zoë Voorbeeld", birth_date=date(1990, 5, 17))
    given = LearningRecord(learner=learner, offering=of, run=of.runs[0], results=results, language="nl")
    return replace(given, **changes)


def answer(rule, value="yes", motive="because", subject=""):
    day = date(2024, 6, 1)
    return Answer(rule=rule, value=value, motive=motive, role="QA officer", answered_on=day, subject=subject)
