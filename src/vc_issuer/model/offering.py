"""The offering: one catalogue version of a micro-credential, its components and its runs (domain 1.1 to 1.7)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from vc_issuer.model.parties import Organisation, Partner
from vc_issuer.model.text import LocalizedText


class Form(Enum):
    """Whether a component belongs to the regular programme offer; the form sits here, never on the whole."""

    REGULAR = "regular"
    OUTSIDE = "outside"


class FormType(Enum):
    """The four Flemish types of domain 1.2."""

    T1 = "T1"
    T2 = "T2"
    T3A = "T3a"
    T3B = "T3b"


class Mode(Enum):
    """The form of participation; hybrid has no EU mode and is issued as blended with a note."""

    ON_CAMPUS = "on-campus"
    ONLINE = "online"
    BLENDED = "blended"
    HYBRID = "hybrid"
    WORK_BASED = "work-based"


class AssessmentType(Enum):
    """The assessment types of the EU vocabulary `snb/assessment` that offerings use."""

    WRITTEN_EXAM = "written-examination"
    ORAL_EXAM = "oral-examination"
    PORTFOLIO = "portfolio"
    PROJECT = "project-work"
    CONTINUOUS = "continuous-evaluation"
    PRACTICAL = "practical-assessment"
    ASSIGNMENT = "marked-assignment"
    QUIZ = "quiz"


class Supervision(Enum):
    """Supervision and identity verification of an assessment (Annex I, optional element 2)."""

    UNSUPERVISED = "unsupervised"
    UNSUPERVISED_WITH_ID = "unsupervised-with-id"
    SUPERVISED_WITH_ID = "supervised-with-id"


class QualityScope(Enum):
    """Who stands behind a quality-assurance label."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class Stackability(Enum):
    """How the award may be combined; an exemption is never promised (domain 1.6)."""

    STAND_ALONE = "stand-alone"
    STACKABLE_INTO = "stackable-into"
    COMBINABLE = "combinable-freely"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """One assessable statement. `number` is 1-based in its specification; `esco` an optional skill IRI."""

    number: int
    title: LocalizedText
    esco: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """How outcomes are assessed: `covers` holds outcome numbers, empty for all; `weight` a percentage."""

    type: AssessmentType
    title: LocalizedText
    supervision: Supervision | None = None
    covers: tuple[int, ...] = ()
    weight: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level: `eqf` 1 to 8, `framework` such as `VKS` or `NLQF`, `national` its level there; QF-EHEA cycle."""

    eqf: int
    framework: str = ""
    national: str = ""
    cycle: str = ""  # "short", "first", "second", "third"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLabel:
    """A quality-assurance statement (D4). External ones name the agency and its decision."""

    name: LocalizedText
    scope: QualityScope
    statement: LocalizedText | None = None
    agency: str = ""
    agency_country: str = ""
    decision_url: str = ""
    decided_on: date | None = None
    valid_until: date | None = None
    programme: bool = False  # a decision on a programme; else on the institution


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingScheme:
    """A grading scale. `numeric` ones have bounds and a pass mark, all as Decimals; `step` the unit of a mark."""

    key: str
    title: LocalizedText
    description: LocalizedText
    numeric: bool = True
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pass_mark: Decimal | None = None
    step: Decimal = Decimal(1)
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeCategory:
    """One bar of the reference group's distribution of passing marks."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The marks of a reference group (ECTS Users' Guide): who they were and how they scored."""

    reference_group: LocalizedText
    categories: tuple[GradeCategory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A course unit (regular) or another unit (outside) of an offering; its own form, credits and outcomes."""

    code: str
    title: LocalizedText
    form: Form
    ects: Decimal
    outcomes: tuple[LearningOutcome, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    level: Level | None = None
    programme: LocalizedText | None = None
    description: LocalizedText | None = None
    grading: GradingScheme | None = None
    hours: int | None = None
    required: bool = True
    quality: tuple[QualityLabel, ...] = ()
    tuition: str = ""
    contract_types: tuple[str, ...] = ()
    distribution: Distribution | None = None
    catalogue_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One delivery: dates, campus, and the groups' languages (ISO 639-1) of teaching and assessment."""

    key: str
    academic_year: str
    starts_on: date
    ends_on: date
    assessed_on: date
    awarded_on: date
    languages: tuple[str, ...]
    campus: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an authorised role answered to a question of the rules, with motive and date; `value` is free text."""

    rule: str
    value: str
    motive: str
    role: str
    answered_on: date
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """One version of a micro-credential in the catalogue.

    `iri` is language-neutral and carries code and version (decision 1.8). `ects` and `level` are what the
    file states; what the rules derive stands in their report. `languages` are those of the documents, the
    authoritative one first. A None or empty field is a gap that the Annex I gate reports.
    """

    code: str
    version: str
    iri: str
    profile: str
    title: LocalizedText
    awarding_bodies: tuple[Organisation, ...]
    form_type: FormType | None
    components: tuple[Component, ...]
    ects: Decimal | None
    languages: tuple[str, ...] = ("nl", "en")
    description: LocalizedText | None = None
    outcomes: tuple[LearningOutcome, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    hours: int | None = None
    level: Level | None = None
    mode: Mode | None = None
    mode_details: LocalizedText | None = None
    quality: tuple[QualityLabel, ...] = ()
    partners: tuple[Partner, ...] = ()
    prerequisites: LocalizedText | None = None
    target_group: LocalizedText | None = None
    relevance: LocalizedText | None = None
    isced: str = ""
    stackability: Stackability | None = None
    stackable_into: LocalizedText | None = None
    tuition_note: str = ""
    contact: str = ""
    catalogue_url: str = ""
    catalogue_sha256: str = ""
    workload_text: str = ""  # as the source page wrote it, before anyone spelled out the unit
    runs: tuple[Run, ...] = ()
    answers: tuple[Answer, ...] = ()
    valid_months: int | None = None
    valid_reason: LocalizedText | None = None

    def component(self, code: str) -> Component | None:
        """Return the component with this code, or None."""
        return next((component for component in self.components if component.code == code), None)

    def run(self, key: str) -> Run | None:
        """Return the run with this key, or None."""
        return next((run for run in self.runs if run.key == key), None)
