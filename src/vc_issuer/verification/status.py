"""Check 8, status: a Bitstring Status List is itself a credential, verified before its bits count.

An unreachable or invalid list is never "not revoked" (threat T25). Beside a revocation list lies our *state list*: at
the same index it turns "revoked" into "superseded", and a clear bit into "suspended" (decisions part 5).
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from vc_issuer.did import did_web_url
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import Verdict
from vc_issuer.securing.vc_jose import JwtForm
from vc_issuer.status_list import (
    ENTRY_TYPE,
    MINIMUM_ENTRIES,
    STATE_PURPOSE,
    bit_is_set,
    list_bits,
    parse_index,
    state_list_url,
)
from vc_issuer.verification.examination import FindingError
from vc_issuer.verification.proofs import Guard, ProofLine, held_proofs, prove
from vc_issuer.verification.resolve import confirm_methods, resolve_methods
from vc_issuer.verification.tokens import looks_like_token, peek_token, resolve_token, token_lines
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.validity import check_period

CLAUSE = "Bitstring Status List 1.0 section 3.2"
# Ten million entries, of which every tenth is set at random, are about 700 kB; their JSON has few members.
PLAIN_LIST = "1EdTechRevocationList"  # of early Open Badges 3.0: ids in an unsigned document
MOST_LISTS = 64  # kept in memory, a megabyte each for ten million entries
MOST_LIST_BYTES = 128 * 2**20  # of all of them: somebody's may be blown up to the cap of 16 MiB (threat T23)
LIST_LIMITS = JsonLimits(size=8 * 1024 * 1024, depth=16, nodes=200)

_REVOKED = (Verdict.REVOKED, "the issuer withdrew this credential")
_SUSPENDED = (Verdict.SUSPENDED, "the issuer suspended this credential")
_SUPERSEDED = (Verdict.SUPERSEDED, "the issuer replaced this credential by a newer one")
_ENDS = {"revocation": _REVOKED, "suspension": _SUSPENDED}
T = TypeVar("T")
_MOST_READ = 16
_HARMLESS = frozenset({"refresh", "message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """One entry of a credential: which list, which place, which purpose."""

    url: str
    index: int
    purpose: str
    credential: str = ""


def entries_of(document: Mapping[str, Any]) -> list[StatusEntry]:
    """Read a document's `credentialStatus`. Raises InvalidError, and InconclusiveError for an unknown type."""
    value = document.get("credentialStatus")
    if value is None:
        return []
    own_id = document.get("id")
    return [
        StatusEntry(url=str(item["id"]), index=0, purpose=PLAIN_LIST, credential=own_id)
        if _is_plain_list(item) and isinstance(own_id, str)
        else _entry(item)
        for item in (value if isinstance(value, list) else [value])
    ]


def _is_plain_list(item: Any) -> bool:
    return (
        isinstance(item, Mapping) and item.get("type") in (PLAIN_LIST, [PLAIN_LIST]) and isinstance(item.get("id"), str)
    )


def _entry(item: Any) -> StatusEntry:
    if not isinstance(item, Mapping) or item.get("type") not in (ENTRY_TYPE, [ENTRY_TYPE]):
        raise InconclusiveError("the status is kept in a way that is not known here", clause=CLAUSE)
    url, purpose = item.get("statusListCredential"), item.get("statusPurpose")
    if not isinstance(url, str) or not isinstance(purpose, str):
        raise InvalidError("the status entry names no list or no purpose", clause=CLAUSE)
    if item.get("id") == url:
        raise InvalidError("the status entry's id is the list's own address", clause=f"{CLAUSE}.1")
    index = item.get("statusListIndex")
    # The index is a decimal string; some issuers write the number, which says the same.
    plain = str(index) if isinstance(index, int) and not isinstance(index, bool) else index
    return StatusEntry(url=url, index=parse_index(plain), purpose=purpose)


@dataclass(frozen=True, slots=True)
class _VerifiedList:
    """The bits of a list whose proofs held, and what they said of themselves: a proof may run out."""

    bits: bytes = field(repr=False)
    lines: list[ProofLine]


@dataclass(slots=True)
class StatusBook:
    """Check statuses against the lists of a trust store; a list is verified once for the same bytes and issuer."""

    trust: TrustStore
    guard: Guard
    minimum_of_others: int = 1
    _lists: "OrderedDict[tuple[str, str, str, str], _VerifiedList]" = field(default_factory=OrderedDict)
    _documents: dict[bytes, dict[str, Any]] = field(default_factory=dict, repr=False)

    def under(self, trust: TrustStore) -> "StatusBook":
        """Return the book over another trust store, with the same memory of lists."""
        return replace(self, trust=trust)

    def check(self, entries: list[StatusEntry], issuer: str, now: datetime) -> str:
        """Return a sentence if no entry ends the credential. Raises FindingError, InvalidError, InconclusiveError."""
        if not entries:
            return "the credential names no status list: its issuer can't withdraw it"
        for entry in entries:
            if entry.purpose in _HARMLESS:
                continue
            if entry.purpose == PLAIN_LIST:
                self._check_plain_list(entry, issuer)
                continue
            if entry.purpose not in _ENDS:
                raise InconclusiveError(f"the status purpose {entry.purpose[:40]!r} is not known here", clause=CLAUSE)
            self._check_entry(entry, issuer, now)
        return "not withdrawn, by the issuer's list at hand"

    def _check_entry(self, entry: StatusEntry, issuer: str, now: datetime) -> None:
        ended = bit_is_set(self._list(entry.url, entry.purpose, issuer, now), entry.index)
        state = self._state(entry, issuer, now)
        if ended:
            raise _finding(_SUPERSEDED if state else _ENDS[entry.purpose])
        if state:
            raise _finding(_SUSPENDED)

    def _check_plain_list(self, entry: StatusEntry, issuer: str) -> None:
        """Look a credential up in a list of withdrawn ids: nobody signs it, so it counts on the issuer's host only."""
        if not host_of(issuer) or host_of(issuer) != host_of(entry.url):
            raise InconclusiveError("the list of withdrawn credentials does not lie with the issuer", clause=CLAUSE)
        content = self.trust.status_list(entry.url)
        document = _as_inconclusive(lambda: parse_strict(content, limits=LIST_LIMITS))
        listed: Any = document.get("revokedCredential") if isinstance(document, Mapping) else None
        if not isinstance(listed, list):
            raise InconclusiveError("the list of withdrawn credentials can't be read", clause=CLAUSE)
        for item in listed:
            if isinstance(item, Mapping) and item.get("id") == entry.credential and item.get("revoked", True) is True:
                raise FindingError(*_REVOKED, clause="Open Badges 3.0, 1EdTechRevocationList")

    def _state(self, entry: StatusEntry, issuer: str, now: datetime) -> bool:
        url = state_list_url(entry.url)
        if entry.purpose != "revocation" or self.trust.status_lists.get(url) is None:
            return False
        return bit_is_set(self._list(url, STATE_PURPOSE, issuer, now), entry.index)

    def _list(self, url: str, purpose: str, issuer: str, now: datetime) -> bytes:
        content = self.trust.status_list(url)
        key = (url, purpose, issuer, hashlib.sha256(content).hexdigest())
        document = self._read(content)
        _as_inconclusive(lambda: check_period(document, now))
        known = self._lists.get(key)
        if known is not None:
            _as_inconclusive(lambda: held_proofs(known.lines, now))
            return known.bits
        lines = _as_inconclusive(lambda: self._proven(content, document, issuer))
        _as_inconclusive(lambda: held_proofs(lines, now))
        bits = _as_inconclusive(lambda: self._bits_of(document, url, purpose, issuer))
        self._lists[key] = _VerifiedList(bits, lines)
        while len(self._lists) > MOST_LISTS or sum(len(one.bits) for one in self._lists.values()) > MOST_LIST_BYTES:
            self._lists.popitem(last=False)
        return bits

    def _read(self, content: bytes) -> dict[str, Any]:
        if content not in self._documents:
            document = _as_inconclusive(lambda: _document_of(content))
            # The lists at hand are few, and each is a few kilobytes; what a change left behind is not kept.
            if len(self._documents) >= _MOST_READ:
                self._documents.clear()
            self._documents[content] = document
        return self._documents[content]

    def _proven(self, content: bytes, document: dict[str, Any], issuer: str) -> list[ProofLine]:
        list_issuer = document.get("issuer")
        named = list_issuer.get("id") if isinstance(list_issuer, dict) else list_issuer
        if named != issuer:
            raise InvalidError("the status list comes from another issuer", clause="threat T25")
        is_token = looks_like_token(content)
        methods = (
            resolve_token(content, self.trust, KeyPurpose.STATUS)
            if is_token
            else resolve_methods(document, self.trust, KeyPurpose.STATUS)
        )
        if methods.errors:
            raise methods.errors[0]
        if any(method.controller != issuer for method in methods.found.values()):
            raise InvalidError("the status list is signed by another than its issuer", clause="threat T25")
        if any(method.revoked is not None for method in methods.found.values()):
            raise InvalidError("the status list is signed by a key that was taken back", clause="threat T10")
        lines: list[ProofLine] = (
            token_lines(content, methods) if is_token else self.guard(prove, content, methods.found, LIST_LIMITS.size)
        )
        confirm_methods(methods, self.trust, KeyPurpose.STATUS)
        return lines

    def _bits_of(self, document: dict[str, Any], url: str, purpose: str, issuer: str) -> bytes:
        # A foreign ecosystem runs lists of 100,000 entries; the bound is the issuer's to keep, not the holder's.
        known = self.trust.issuer(issuer)
        minimum = MINIMUM_ENTRIES if known and known.is_own else self.minimum_of_others
        return list_bits(document, url=url, purpose=purpose, minimum=minimum)


def _document_of(content: bytes) -> dict[str, Any]:
    """Read a list as it is published: as JSON with a proof in it, or as a signed JWT (VC-JOSE-COSE section 3.1)."""
    if looks_like_token(content):
        token = peek_token(content)
        if token.form is JwtForm.PRESENTATION:
            raise InvalidError("it is signed as a presentation", clause="threat T13")
        return dict(token.document)
    document: Any = parse_strict(content, limits=LIST_LIMITS)
    if not isinstance(document, dict):
        raise InvalidError("it is no JSON object", clause=CLAUSE)
    return document


def host_of(identifier: str) -> str:
    """Return the host under which an issuer or a list lies: of a did:web or an https address, else an empty text."""
    try:
        url = did_web_url(identifier) if identifier.startswith("did:web:") else identifier
        parts = urlsplit(url)
    except (InvalidError, ValueError):
        return ""
    return (parts.hostname or "") if parts.scheme == "https" else ""


def _finding(kind: tuple[Verdict, str]) -> FindingError:
    verdict, message = kind
    return FindingError(verdict, message, clause=CLAUSE)


def _as_inconclusive(work: Callable[[], T]) -> T:
    """Run `work` on a list: a bad list says nothing about the credential, so its faults leave the status unknown."""
    try:
        return work()
    except InconclusiveError:
        raise
    except VcIssuerError as error:
        clause = getattr(error, "clause", CLAUSE)
        raise InconclusiveError(f"the status list at hand can't be used: {error}", clause=clause) from error
