"""The checks of one Open Badge: structure, proof, key, binding, validity, status, its side of the twin, trust."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.errors import InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.formats.award_core import check_core
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.model.credential import CredentialSummary, Document
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import CheckId, IssuerSeen, Outcome
from vc_issuer.verification.candidate import Candidate
from vc_issuer.verification.examination import Examination
from vc_issuer.verification.proofs import Guard, ProofLine, held_proofs, proofs_in_words, prove
from vc_issuer.verification.resolve import ResolvedMethods, resolve_methods
from vc_issuer.verification.status import StatusBook, entries_of
from vc_issuer.verification.tokens import is_unattributed, resolve_token, token_lines
from vc_issuer.verification.trust import TrustStore, check_key_life
from vc_issuer.verification.validity import check_period

_FORMAT = Ob3Format()
NOT_PROVEN = "not looked at, because no proof is known to hold"


def issuer_of(document: Document) -> str:
    """Return the issuer's id, or an empty string."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return found if isinstance(found, str) else ""


def check_structure(document: Document, *, own: bool) -> tuple[None, str, str]:
    """Check contexts and profile: closed for an issuer whose badges we know, readable for everybody else's."""
    unknown = [c for c in document.get("@context", []) if not isinstance(c, str) or c not in pinned_contexts()]  # type: ignore[union-attr]
    found = _FORMAT.violations(document) if own else _FORMAT.violations_foreign(document)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise InvalidError(found[0].message + more, clause=found[0].clause)
    if unknown:
        raise InconclusiveError("the credential uses a context that is not known here", clause="threat T27")
    return None, "contexts known, every member in its place", "Open Badges 3.0 section B"


class BadgeExamination:
    """Examine one badge against a trust store at a moment."""

    def __init__(self, trust: TrustStore, guard: Guard, book: StatusBook, now: datetime) -> None:
        self._trust = trust
        self._guard = guard
        self._book = book
        self._now = now

    def run(self, candidate: Candidate, examination: Examination, language: str) -> CredentialSummary | None:
        """Make checks 3 to 8 and 11, and return the summary if the structure allows to read one."""
        document = candidate.document
        issuer = issuer_of(document)
        own = self._trust.issuer(issuer) is not None
        examination.attempt(CheckId.STRUCTURE, lambda: check_structure(document, own=own))
        if examination.outcome(CheckId.STRUCTURE) is Outcome.FAILED:
            for check in (CheckId.PROOF, CheckId.KEY, CheckId.ISSUER_BINDING, CheckId.VALIDITY, CheckId.STATUS):
                examination.skip(check, "not looked at, because the structure is broken")
            return None
        lines = examination.attempt(CheckId.PROOF, lambda: self._proof(candidate))
        examination.attempt(CheckId.KEY, lambda: self._key(candidate, lines))
        examination.attempt(CheckId.ISSUER_BINDING, lambda: _binding(lines, issuer))
        examination.attempt(CheckId.VALIDITY, lambda: (None, check_period(document, self._now), "VCDM 2.0 section 4.9"))
        examination.attempt(CheckId.STATUS, lambda: self._status(document, issuer, lines))
        if "relatedResource" in document and own:
            examination.attempt(CheckId.TWIN, lambda: _own_side(document))
        examination.attempt(CheckId.TRUST, lambda: self._trusted(issuer))
        return _FORMAT.summarise(document, language)

    def issuer_seen(self, document: Document) -> IssuerSeen:
        """Say who issued, by the name that the trust source gives."""
        issuer = issuer_of(document)
        known = self._trust.issuer(issuer)
        if known:
            return IssuerSeen(id=issuer, name=known.name, trusted=True, source=known.source)
        return IssuerSeen(id=issuer, name="", trusted=False)

    def _proof(self, candidate: Candidate) -> tuple[list[ProofLine], str, str]:
        methods = self._methods(candidate)
        wrong = next((error for error in methods.errors if isinstance(error, InvalidError)), None)
        if wrong:
            raise wrong
        lines: list[ProofLine] = (
            token_lines(candidate.content, methods)
            if candidate.is_token
            else self._guard(prove, candidate.content, methods.found)
        )
        held = held_proofs(lines, self._now)
        return held, proofs_in_words(lines, held), "VC Data Integrity 1.0 section 4.4, VC-JOSE-COSE section 3.1"

    def _methods(self, candidate: Candidate) -> ResolvedMethods:
        if candidate.is_token:
            return resolve_token(candidate.content, self._trust, KeyPurpose.CREDENTIAL)
        return resolve_methods(candidate.document, self._trust, KeyPurpose.CREDENTIAL)

    def _key(self, candidate: Candidate, lines: list[ProofLine] | None) -> tuple[None, str, str]:
        methods = self._methods(candidate)
        if lines is None:
            _raise_worst(list(methods.errors))
            raise InconclusiveError(NOT_PROVEN)
        for line in lines:
            check_key_life(methods.found[line.method_id], line.created)
        return None, "the key is listed for assertions, and was alive when the proof was made", "CID 1.0 section 3.3"

    def _status(self, document: Document, issuer: str, lines: list[ProofLine] | None) -> tuple[None, str, str]:
        if lines is None:
            raise InconclusiveError(NOT_PROVEN)
        return None, self._book.check(entries_of(document), issuer, self._now), "Bitstring Status List 1.0 section 3.2"

    def _trusted(self, issuer: str) -> tuple[None, str, str]:
        known = self._trust.issuer(issuer)
        if known is None:
            raise InconclusiveError(
                "the issuer was not found in any source that is set up here",
                remedy="Give its did.json with --issuer, if you have it from a source that you trust.",
            )
        return None, f"{known.name}, pinned by {known.source}", "decisions 7.5"


def _binding(lines: list[ProofLine] | None, issuer: str) -> tuple[None, str, str]:
    if lines is None:
        raise InconclusiveError(NOT_PROVEN)
    if any(is_unattributed(line.method_id) for line in lines):
        raise InconclusiveError(
            "the token brings its own key, and nothing at hand says whose it is", clause="threat T13"
        )
    if any(line.method_id.partition("#")[0] != issuer for line in lines):
        raise InvalidError("a proof is made with a key that the issuer does not control", clause="threat T32")
    return None, "the issuer controls the key of every proof", "threat T32"


def _own_side(document: Mapping[str, Any]) -> tuple[None, str, str]:
    check_core(document, elm=False)
    return (
        None,
        "the facts give the award core that the credential states; its ELM twin is named",
        "award core, version 1",
    )


def _raise_worst(errors: list[Any]) -> None:
    for kind in (InvalidError, InconclusiveError, VcIssuerError):
        found = next((error for error in errors if isinstance(error, kind)), None)
        if found:
            raise found
