"""The learning record, what the rules find in it, and the documents that are due."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from vc_issuer.model.grading import Distribution, GradingScheme
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
    Run,
    Stackability,
)
from vc_issuer.model.parties import Assessor, Learner, Mandate, Organisation, Partner
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.text import LocalizedText


class ResultStatus(Enum):
    """What became of one component."""

    PASSED = "passed"
    FAILED = "failed"
    TOLERATED = "tolerated"
    EXEMPTED = "exempted"
    ABSENT = "absent"


class EnrolmentRoute(Enum):
    """Under which contract the learner was enrolled; evidence for R2 and R5, not their determinant."""

    CREDIT_CONTRACT = "credit-contract"
    EXAM_CONTRACT = "exam-contract"
    DIPLOMA_CONTRACT = "diploma-contract"
    MC_CONTRACT = "mc-contract"
    PERMANENT_TRAINING = "permanent-training"


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentResult:
    """One learner's latest result for one component. `mark` only where the scale is numeric.

    `evidence` holds https links to the learner's work, which name nobody.
    """

    component: str
    status: ResultStatus
    mark: Decimal | None = field(default=None, repr=False)
    route: EnrolmentRoute | None = None
    attempt: int = 1
    assessed_on: date | None = None
    credited_earlier_on: date | None = None
    honours: bool = field(default=False, repr=False)
    evidence: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRecord:
    """One learner's results in one run of one offering version: the award."""

    learner: Learner
    offering: Offering
    run: Run
    results: tuple[ComponentResult, ...]
    language: str = ""  # the language this learner's group was taught and assessed in

    @property
    def reference(self) -> str:
        """Name the record within its home by student number, offering version and run; personal, never shown."""
        return f"{self.offering.code}/{self.offering.version}/{self.run.key}/{self.learner.student_number}"


class Severity(Enum):
    """What a finding does: blocks, asks an authorised role, warns, decides that a document is not due, informs."""

    ERROR = "E"
    QUESTION = "Q"
    WARNING = "W"
    VERDICT = "V"
    INFO = "I"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a rule found. `subject` is a component code or a field; messages exist in nl and en."""

    rule: str
    severity: Severity
    subject: str
    message: LocalizedText
    source: str
    profile: str
    values: tuple[tuple[str, str], ...] = ()
    answered: bool = False  # a question that an authorised role has answered


class DocumentKind(Enum):
    """The two documents of domain 1.3; never blurred."""

    CERTIFICATE = "certificate"
    CREDIT_CERTIFICATE = "credit-certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What was achieved, resolved for one document: a whole offering, or one of its course units.

    `iri` is language-neutral and carries code and version; outcome n is `{iri}#lo-n`. `form` is None for a
    mixed offering. `hours` is the notional workload, derived from the profile where the file has none.
    """

    iri: str
    code: str
    version: str
    title: LocalizedText
    description: LocalizedText
    outcomes: tuple[LearningOutcome, ...]
    assessments: tuple[Assessment, ...]
    ects: Decimal
    hours: int
    level: Level
    mode: Mode
    form: Form | None
    form_type: FormType | None
    quality: tuple[QualityLabel, ...]
    isced: str = ""
    mode_details: LocalizedText | None = None
    programme: LocalizedText | None = None
    prerequisites: LocalizedText | None = None
    stackability: Stackability | None = None
    stackable_into: LocalizedText | None = None
    grading: GradingScheme | None = None
    distribution: Distribution | None = None
    catalogue_url: str = ""
    stackable_into_url: str = ""
    assessed_by: Assessor | None = None


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDue:
    """One document that a record gives, with every fact that any format prints.

    `mark` is set with a numeric scale only, on a credit certificate, or on a certificate whose offering asks for it;
    `credits_earned` + `credits_recognised` = the specification's ECTS. `language` is the language of instruction and
    assessment (ISO 639-1). `languages` are the document's, the authoritative one first. `hashed_identities` names the
    OB3 identity types that stand there as a salted hash. `offering_iri` names the offering that a
    credit certificate's course unit belongs to. `statements` are sentences the rules demand in print.
    """

    kind: DocumentKind
    record: str = field(repr=False)
    specification: Specification
    offering_iri: str
    offering_code: str
    learner: Learner
    shows_birth_date: bool
    issuer: Organisation
    awarding_bodies: tuple[Organisation, ...]
    run: Run
    language: str
    languages: tuple[str, ...]
    credits_earned: Decimal
    credits_recognised: Decimal = Decimal(0)
    mark: Decimal | None = field(default=None, repr=False)
    route: EnrolmentRoute | None = None
    exempted: tuple[Component, ...] = ()
    partners: tuple[Partner, ...] = ()
    credit_certificates: int = 0
    statements: tuple[LocalizedText, ...] = ()
    valid_until: date | None = None
    honours: bool = field(default=False, repr=False)
    evidence: tuple[str, ...] = field(default=(), repr=False)
    mandate: Mandate | None = None
    hashed_identities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules decide on one record: findings, and the documents due if nothing blocks."""

    findings: tuple[Finding, ...]
    documents: tuple[DocumentDue, ...]

    @property
    def blocked(self) -> bool:
        """Tell whether an error or an unanswered question keeps everything of this record back."""
        return any(
            finding.severity is Severity.ERROR or (finding.severity is Severity.QUESTION and not finding.answered)
            for finding in self.findings
        )
