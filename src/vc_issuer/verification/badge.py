"""The checks of one credential of the W3C data model, a badge above all.

Structure, proof, key, binding, validity, status, its side of the twin, trust.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.errors import InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.formats.award_core import as_objects, check_core
from vc_issuer.formats.foreign import clr_violations, credential_violations, endorsement_violations
from vc_issuer.formats.graph_shape import contexts_in
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.model.credential import CredentialSummary, Document, Violation
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import CheckId, IssuerSeen, Outcome
from vc_issuer.verification.candidate import Candidate, Kind
from vc_issuer.verification.examination import Examination, read_or_nothing
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.named_schemas import NamedSchema, check_schemas, schemas_named
from vc_issuer.verification.proofs import ProofLine, held_proofs, proofs_in_words
from vc_issuer.verification.resolve import ResolvedMethods, confirm_methods, resolve_methods
from vc_issuer.verification.status import StatusBook, entries_of
from vc_issuer.verification.taken_back import check_logged_before, signatures_under
from vc_issuer.verification.tokens import is_unattributed, resolve_token, token_lines
from vc_issuer.verification.trust import TrustStore, check_key_life
from vc_issuer.verification.validity import check_period
from vc_issuer.verification.vouching import Vouched, unconfirmed, vouch

_FORMAT = Ob3Format()
NOT_PROVEN = "not looked at, because no proof is known to hold"
_BROKEN = "not looked at, because the structure is broken"
_UNKNOWN_CONTEXT = "not looked at, because a context that the proof covers is not known here"

# Pinned for documents of keys; in a credential they could only stand to confuse.
_NOT_FOR_CREDENTIALS = frozenset({"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"})

_FOREIGN: Mapping[Kind, Callable[[Document], list[Violation]]] = {
    Kind.OB3: _FORMAT.violations_foreign,
    Kind.CLR: clr_violations,
    Kind.ENDORSEMENT: endorsement_violations,
    Kind.CREDENTIAL: credential_violations,
    Kind.STATUS_LIST: credential_violations,
}


def issuer_of(document: Document) -> str:
    """Return the issuer's id, or an empty string."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return found if isinstance(found, str) else ""


def names_twin(document: Document) -> bool:
    """Tell whether a badge names an ELM credential of the same award, as this project's badges do."""
    related = as_objects(document.get("relatedResource"))
    return any(str(entry.get("id")).startswith("urn:credential:") for entry in related)


def check_structure(candidate: Candidate, *, own: bool) -> tuple[None, str, str]:
    """Check contexts and profile: closed for an issuer whose badges we know, readable for everybody else's."""
    document = candidate.document
    unknown = [one for one in contexts_in(document) if not _is_known_context(one)]
    closed = own and candidate.kind is Kind.OB3
    found = _FORMAT.violations(document) if closed else _FOREIGN[candidate.kind](document)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise InvalidError(found[0].message + more, clause=found[0].clause)
    if unknown:
        raise InconclusiveError(
            f"the credential uses a context that is not known here: {str(unknown[0])[:200]}", clause="threat T27"
        )
    return None, "contexts known, every member in its place", "Open Badges 3.0 section B"


def _is_known_context(url: object) -> bool:
    return isinstance(url, str) and url in pinned_contexts() and url not in _NOT_FOR_CREDENTIALS


class BadgeExamination:
    """Examine one badge against a trust store at a moment."""

    def __init__(self, trust: TrustStore, familiar: Familiar, book: StatusBook, now: datetime) -> None:
        self._trust = trust
        self._familiar = familiar
        self._book = book
        self._now = now
        self._vouched = Vouched()

    def run(self, candidate: Candidate, examination: Examination, language: str) -> CredentialSummary | None:
        """Make checks 3 to 8, 11 and 13, and return the summary if the structure allows to read one."""
        document = candidate.document
        issuer = issuer_of(document)
        known = self._trust.issuer(issuer)
        own = known is not None and known.is_own
        examination.attempt(CheckId.STRUCTURE, lambda: check_structure(candidate, own=own))
        examination.attempt(CheckId.VALIDITY, lambda: (None, check_period(document, self._now), "VCDM 2.0 section 4.9"))
        if examination.outcome(CheckId.STRUCTURE) is not Outcome.PASSED:
            failed = examination.outcome(CheckId.STRUCTURE) is Outcome.FAILED
            for check in (CheckId.PROOF, CheckId.KEY, CheckId.ISSUER_BINDING, CheckId.STATUS):
                examination.skip(check, _BROKEN if failed else _UNKNOWN_CONTEXT)
            return None
        lines = examination.attempt(CheckId.PROOF, lambda: self._proof(candidate))
        examination.attempt(CheckId.KEY, lambda: self._key(candidate, lines))
        examination.attempt(CheckId.ISSUER_BINDING, lambda: _binding(lines, issuer))
        examination.attempt(CheckId.STATUS, lambda: self._status(document, issuer, lines))
        if known and names_twin(document):
            examination.attempt(CheckId.TWIN, lambda: _own_side(document))
        # Only whose key is confirmed is looked for: a name in a file that anybody could write asks nobody.
        sure = all(examination.outcome(check) is Outcome.PASSED for check in (CheckId.KEY, CheckId.ISSUER_BINDING))
        examination.attempt(CheckId.TRUST, lambda: self._trusted(document, issuer, confirmed=sure))
        # Last, so that what is fetched for it takes none of the few fetches from keys, status and trust.
        if schemas := schemas_named(document):
            examination.attempt(CheckId.SCHEMA, lambda: self._schemas(document, schemas, lines))
        if candidate.kind is not Kind.OB3:
            return None
        return read_or_nothing(lambda: _FORMAT.summarise(document, language))

    def issuer_seen(self, document: Document) -> IssuerSeen:
        """Say who issued, by the name that the trust source gives."""
        issuer = issuer_of(document)
        known = self._trust.issuer(issuer)
        sources = self._vouched.sources
        if known:
            return IssuerSeen(id=issuer, name=known.name, trusted=True, source=known.source, sources=sources)
        vouched = self._vouched
        return IssuerSeen(
            id=issuer, name=vouched.name, trusted=vouched.is_known, source=vouched.source, sources=sources
        )

    def _proof(self, candidate: Candidate) -> tuple[list[ProofLine], str, str]:
        methods = self._methods(candidate)
        wrong = next((error for error in methods.errors if isinstance(error, InvalidError)), None)
        if wrong:
            raise wrong
        lines: list[ProofLine] = (
            token_lines(candidate.content, methods)
            if candidate.is_token
            else self._familiar.prove(candidate.content, candidate.document, methods.found)
        )
        held = held_proofs(lines, self._now)
        return held, proofs_in_words(lines, held), "VC Data Integrity 1.0 section 4.4, VC-JOSE-COSE section 3.1"

    def _methods(self, candidate: Candidate) -> ResolvedMethods:
        if candidate.is_token:
            return resolve_token(candidate.content, self._trust, _purpose_of(candidate))
        return resolve_methods(candidate.document, self._trust, _purpose_of(candidate))

    def _key(self, candidate: Candidate, lines: list[ProofLine] | None) -> tuple[None, str, str]:
        methods = self._methods(candidate)
        if lines is None:
            _raise_worst(list(methods.errors))
            raise InconclusiveError(NOT_PROVEN)
        confirmed = confirm_methods(methods, self._trust, _purpose_of(candidate))
        issuer = self._trust.issuer(issuer_of(candidate.document))
        for line in lines:
            method = confirmed[line.method_id]
            check_key_life(method, line.created)
            if issuer is not None:
                name, signatures = str(candidate.document.get("id")), signatures_under(candidate, line.method_id)
                check_logged_before(method, signatures, name, issuer, self._trust.log)
        return None, "the key is listed for assertions, and was alive when the proof was made", "CID 1.0 section 3.3"

    def _status(self, document: Document, issuer: str, lines: list[ProofLine] | None) -> tuple[None, str, str]:
        if lines is None:
            raise InconclusiveError(NOT_PROVEN)
        return None, self._book.check(entries_of(document), issuer, self._now), "Bitstring Status List 1.0 section 3.2"

    def _schemas(
        self, document: Document, schemas: list[NamedSchema], lines: list[ProofLine] | None
    ) -> tuple[None, str, str]:
        if lines is None:
            raise InconclusiveError(NOT_PROVEN)
        return check_schemas(document, schemas, self._trust, self._familiar.guard)

    def _trusted(self, document: Document, issuer: str, *, confirmed: bool) -> tuple[None, str, str]:
        if confirmed or self._trust.issuer(issuer):
            self._vouched = vouch(issuer, document, self._trust, self._familiar.guard, self._now)
        else:
            self._vouched = unconfirmed(issuer, self._trust, self._now)
        if not self._vouched.is_known:
            raise InconclusiveError(
                "the issuer was not found in any source that is set up here",
                remedy="Give its did.json with --issuer, if you have it from a source that you trust.",
            )
        return None, f"{self._vouched.name}, {self._vouched.source}", "decisions 7.5"


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


def _purpose_of(candidate: Candidate) -> KeyPurpose:
    """Return what the signing key must be for: issuers with a key for lists sign no credential with it (threat T11)."""
    return KeyPurpose.STATUS if candidate.kind is Kind.STATUS_LIST else KeyPurpose.CREDENTIAL
