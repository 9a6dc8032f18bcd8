"""A verification report: one outcome per numbered check, one verdict (interface part 4, decisions part 7)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from vc_issuer.model.credential import CredentialSummary


class Outcome(Enum):
    """The words of ETSI EN 319 102-1."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class Verdict(Enum):
    """The one answer of a report, in order of precedence (decisions 7.2)."""

    UNREADABLE = "unreadable"
    NOT_GENUINE = "not-genuine"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    UNKNOWN_ISSUER = "unknown-issuer"
    STATUS_UNKNOWN = "status-unknown"
    CURRENT = "current"


class CheckId(Enum):
    """The numbered checks; the number is the value's first item."""

    READ = (1, "read")
    RECOGNISE = (2, "recognise")
    STRUCTURE = (3, "structure")
    PROOF = (4, "proof")
    KEY = (5, "key")
    ISSUER_BINDING = (6, "issuer-binding")
    VALIDITY = (7, "validity")
    STATUS = (8, "status")
    TWIN = (9, "twin")
    CARRIER = (10, "carrier")
    TRUST = (11, "trust")
    ENDORSEMENT = (12, "endorsement")
    SCHEMA = (13, "schema")
    FILE_SEAL = (14, "file-seal")

    @property
    def number(self) -> int:
        """Return the check's number."""
        return self.value[0]

    @property
    def word(self) -> str:
        """Return the check's stable word."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check found; `finding` refines a failure with a verdict's word, such as `revoked`."""

    check: CheckId
    outcome: Outcome
    message: str
    clause: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSeen:
    """What one source of trust said of an issuer: `kind` is pinned, registry or domain; `where` names the source."""

    kind: str
    where: str
    found: bool
    checked_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSeen:
    """Who issued, as the trust source names them; `trusted` only where a source that is set up says so."""

    id: str
    name: str
    trusted: bool
    source: str = ""
    sources: tuple[SourceSeen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementSeen:
    """What became of one endorsement in a badge: who says it, of which id, and whether it confirms anything.

    `name` and `comment` are empty unless the outcome is PASSED: its proof holds, and the endorser is trusted as one.
    """

    endorser: str
    name: str
    about: str
    pointer: str
    comment: str
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDocument:
    """What a file is that was recognised and is no credential of a learner: `kind` is its format's word.

    `of` is the id whose it is by its own word; `name` the trust source's, where a signature confirms it. `count` is the
    number of a list's entries, or of a document's keys; None where there is none to count. `purpose` is a list's.
    """

    kind: str
    of: str = ""
    name: str = ""
    count: int | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer on one file; a PDF's report holds those of its attachments as `parts`.

    `other` says what the file is instead of a credential, where that is known.
    """

    file: str = field(repr=False)
    format: str
    verdict: Verdict
    checks: tuple[CheckResult, ...]
    checked_at: datetime
    issuer: IssuerSeen | None = None
    summary: CredentialSummary | None = field(default=None, repr=False)
    parts: tuple["Report", ...] = ()
    endorsements: tuple[EndorsementSeen, ...] = ()
    other: OtherDocument | None = None
