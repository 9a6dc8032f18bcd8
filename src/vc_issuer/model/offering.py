"""The offering: one catalogue version of a micro-credential, its components and its runs (domain 1.1 to 1.7)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum

from vc_issuer.model.grading import Distribution, GradingScheme
from vc_issuer.model.parties import Assessor, Mandate, Organisation, Partner
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
    """A quality-assurance statement (D4). External ones name the agency and its decision.

    `accreditation_id` is the IRI under which the EU's database of accreditations (QDR) holds the decision: naming one
    claims the Accredited profile. `positive` is None where the source doesn't say how the decision fell.
    """

    name: LocalizedText
    scope: QualityScope
    statement: LocalizedText | None = None
    agency: str = ""
    agency_country: str = ""
    decision_url: str = ""
    decided_on: date | None = None
    valid_until: date | None = None
    programme: bool = False  # a decision on a programme; else on the institution
    eqar: bool = False  # the agency is registered in EQAR
    accreditation_id: str = ""
    positive: bool | None = None

    @property
    def decision_id(self) -> str:
        """Return the IRI of an external decision, in the EU's database or else at the agency; empty without one."""
        if self.scope is not QualityScope.EXTERNAL:
            return ""
        return self.accreditation_id or self.decision_url


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
    assessed_by: Assessor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One delivery: dates, campus, and the groups' languages (ISO 639-1) of teaching and assessment.

    `grading` replaces the scale of every component in this delivery; `distributions` holds, by component code, how
    its reference group scored.
    """

    key: str
    academic_year: str
    starts_on: date
    ends_on: date
    assessed_on: date
    awarded_on: date
    languages: tuple[str, ...]
    campus: str = ""
    period: str = ""
    grading: GradingScheme | None = None
    distributions: tuple[tuple[str, Distribution], ...] = ()


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
    authoritative one first. A None or empty field is a gap that the Annex I gate reports. With a `mandate` somebody
    else than the awarding bodies issues. `mark_on_certificate` lets a certificate state the mark of its one component.
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
    mandate: Mandate | None = None
    mark_on_certificate: bool = False
    stackable_into_url: str = ""

    def delivered(self, run: Run) -> "Offering":
        """Return this offering as one run delivers it: with the run's grading scale and reference groups."""
        groups = dict(run.distributions)
        components = tuple(
            replace(
                component,
                grading=run.grading or component.grading,
                distribution=groups.get(component.code, component.distribution),
            )
            for component in self.components
        )
        return replace(self, components=components)

    def component(self, code: str) -> Component | None:
        """Return the component with this code, or None."""
        return next((component for component in self.components if component.code == code), None)

    def run(self, key: str) -> Run | None:
        """Return the run with this key, or None."""
        return next((run for run in self.runs if run.key == key), None)
