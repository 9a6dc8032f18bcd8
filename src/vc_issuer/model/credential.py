"""A credential's life as values: unsecured document, envelope, secured bytes, summary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from vc_issuer.model.keys import VerificationMethod
from vc_issuer.model.pickling import quick_to_pickle

JsonValue: TypeAlias = "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
Document: TypeAlias = Mapping[str, JsonValue]  # unsecured; nobody mutates it


class FormatName(Enum):
    """The credential formats of this project."""

    OB3 = "ob3"
    ELM = "elm"


class CredentialStatus(Enum):
    """What the issuer says of an issued credential now."""

    CURRENT = "current"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSlot:
    """One place in a Bitstring Status List: the list's https URL and the index in it."""

    list_url: str
    index: int


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a document carries besides the award: identity, time, place of its status, name of its twin.

    `ob3_ids` holds one `urn:uuid:` a language, `elm_id` is `urn:credential:…`, `core_id` the award core's
    random `urn:uuid:` (its salt: no log, URL or database key may hold it). `issued` is aware UTC, to the second.
    `pictures` holds one PNG a language; `base_url` is the public origin without a final slash. `endorsements` holds
    signed endorsements by the id of the achievement that they are of.
    """

    elm_id: str
    ob3_ids: Mapping[str, str]
    core_id: str = field(repr=False)
    number: str
    issued: datetime
    status: StatusSlot
    verify_url: str = field(repr=False)
    issuer_did: str
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    base_url: str = ""
    endorsements: Mapping[str, Sequence[Document]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredCredential:
    """A credential's bytes exactly as they were secured."""

    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a proof that holds proves: the document it covers, the method, and when it claims to be made."""

    document: Document = field(repr=False)
    method: VerificationMethod
    created: datetime | None
    mechanism: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One way in which a document breaks its format: a JSON pointer, a sentence, the clause."""

    pointer: str
    message: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryOutcome:
    """A learning outcome as a summary shows it; `esco` is the skill it is about, where one is named."""

    id: str
    title: str
    esco: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLabel:
    """A coded fact as a summary shows it: vocabulary IRI (or URL) and label."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPart:
    """A part that was recognised and not earned here, with its credits."""

    title: str
    ects: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryScale:
    """The grading scale that a mark stands on."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryDistribution:
    """How a reference group scored: its name, and label and count of each category.

    `lower`, `equal` and `higher` say in per cent where the learner's mark stands; None where that is left open.
    """

    group: str
    categories: tuple[tuple[str, int], ...]
    lower: int | None = field(default=None, repr=False)
    equal: int | None = field(default=None, repr=False)
    higher: int | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Return how many marks there are (n)."""
        return sum(count for _, count in self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSummary:
    """What a credential says, read back out of its document in one language; print and page show only this.

    The same record gives equal summaries from OB3 and ELM in the OB3's language, but for `format`, `id`, `twin_ids`,
    `criteria`, the prose of a badge, and `lost`, which names what this format can't say: a field of this class where
    it is one, else in words. `kind` is a DocumentKind's word, or empty for foreign ones. `credits` are those earned
    with this award, `credits_total` those of the whole achievement: the rest was recognised, not earned here. `passed`
    is a pass without a mark; `decisions` say of external quality assurance who decided; `details` are sentences on
    level, programme, participation, partners, enrolment. `offering` is the achievement's own IRI, `part_of` those of
    the offerings in which it counts already.
    """

    format: FormatName
    id: str
    language: str
    kind: str
    number: str
    title: str
    issuer_id: str
    issuer_name: str
    issuer_legal_id: str
    awarding_bodies: tuple[str, ...]
    learner_name: str = field(repr=False)
    birth_date: date | None = field(default=None, repr=False)
    student_number: str = field(default="", repr=False)
    awarded_on: date | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    offering: str = ""
    part_of: tuple[str, ...] = ()
    code: str = ""
    version: str = ""
    credits: Decimal | None = None
    credits_total: Decimal | None = None
    credit_system: SummaryLabel | None = None
    hours: int | None = None
    eqf: SummaryLabel | None = None
    nqf: SummaryLabel | None = None
    mode: SummaryLabel | None = None
    learning_setting: SummaryLabel | None = None
    assessments: tuple[SummaryLabel, ...] = ()
    supervision: SummaryLabel | None = None
    quality: tuple[SummaryLabel, ...] = ()
    languages: tuple[SummaryLabel, ...] = ()
    isced: SummaryLabel | None = None
    outcomes: tuple[SummaryOutcome, ...] = ()
    mark: str = field(default="", repr=False)
    passed: bool = field(default=False, repr=False)
    scale: SummaryScale | None = None
    distribution: SummaryDistribution | None = None
    credits_recognised: Decimal | None = None
    recognised: tuple[SummaryPart, ...] = ()
    level_indicative: bool = False
    decisions: tuple[str, ...] = ()
    prerequisites: str = ""
    stackability: str = ""
    stackable_into_url: str = ""
    assessed_by: str = ""
    mandate: str = ""
    evidence: tuple[str, ...] = field(default=(), repr=False)
    details: tuple[str, ...] = ()
    picture_caption: str = ""
    activity_start: date | None = None
    activity_end: date | None = None
    term: str = ""
    description: str = ""
    statements: tuple[str, ...] = ()
    criteria: str = ""
    country: str = ""
    status: StatusSlot | None = None
    verify_url: str = field(default="", repr=False)
    twin_ids: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
