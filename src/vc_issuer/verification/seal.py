"""The checks of one sealed ELM credential: profile, seal, certificate, binding, validity, status, twin, trust."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.formats.award_core import CORE_SCHEME, as_object, as_objects, check_core
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.model.credential import CredentialSummary, Document
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.model.report import CheckId, IssuerSeen, Outcome
from vc_issuer.securing.jades import SealFacts, VerifiedSeals, check_seal_binding, verify_any_seals, verify_seals
from vc_issuer.securing.jades_header import JADES
from vc_issuer.securing.jades_trust import (
    NORM,
    SealJudgement,
    check_seal_life,
    check_seal_revocation,
    judge_seal,
)
from vc_issuer.transparency.evidence import signatures_in
from vc_issuer.verification.badge import NOT_PROVEN
from vc_issuer.verification.candidate import Candidate, OtherSeal
from vc_issuer.verification.examination import Examination, read_or_nothing
from vc_issuer.verification.seal_trust import Vouched, vouch
from vc_issuer.verification.status import StatusBook, StatusEntry
from vc_issuer.verification.taken_back import check_logged_before
from vc_issuer.verification.trust import TrustedIssuer, TrustStore, check_key_life
from vc_issuer.verification.validity import check_period
from vc_issuer.x509 import public_key_of

_FORMAT = ElmFormat()
_WHOSE = (CheckId.PROOF, CheckId.KEY, CheckId.ISSUER_BINDING, CheckId.TRUST)
OTHER_SEAL = "sealed"  # the format that a report names where what is sealed is no credential


def legal_id_of(document: Document) -> str:
    """Return the issuer's legal identifier as the document states it, or an empty string."""
    notation = as_object(as_object(document.get("issuer")).get("eIDASIdentifier")).get("notation")
    return notation if isinstance(notation, str) else ""


def did_of(document: Document) -> str:
    """Return the DID that the sealed document states for its issuer, or an empty string."""
    for entry in as_objects(as_object(document.get("issuer")).get("identifier")):
        notation = entry.get("notation")
        if entry.get("schemeName") == "DID" and isinstance(notation, str):
            return notation
    return ""


def names_badges(document: Document) -> bool:
    """Tell whether a document names badges of the same award, as this project's do."""
    return any(entry.get("schemeName") == CORE_SCHEME for entry in as_objects(document.get("identifier")))


class SealExamination:
    """Examine one sealed credential against a trust store at a moment."""

    def __init__(self, trust: TrustStore, book: StatusBook, now: datetime) -> None:
        self._trust = trust
        self._book = book
        self._now = now
        self._vouched: Vouched | None = None

    def run(self, candidate: Candidate, examination: Examination, language: str) -> CredentialSummary | None:
        """Make checks 3 to 8 and 11, and return the summary if the structure allows to read one."""
        document = candidate.document
        known = self._known(document)
        own = known is not None and known.is_own
        examination.attempt(CheckId.STRUCTURE, lambda: _structure(document, own=own))
        seals = examination.attempt(CheckId.PROOF, lambda: _seal(candidate.content, verify_seals))
        judged = _judged(seals, self._trust, self._now)
        examination.attempt(CheckId.KEY, lambda: self._key(candidate, judged))
        examination.attempt(CheckId.ISSUER_BINDING, lambda: _binding(document, seals))
        examination.attempt(CheckId.VALIDITY, lambda: (None, check_period(document, self._now), "VCDM 1.1 section 4.6"))
        readable = examination.outcome(CheckId.STRUCTURE) is Outcome.PASSED
        summary = read_or_nothing(lambda: _FORMAT.summarise(document, language)) if readable else None
        examination.attempt(CheckId.STATUS, lambda: self._status(document, summary, seals))
        if known and readable and names_badges(document):
            examination.attempt(CheckId.TWIN, lambda: _own_side(document))
        examination.attempt(CheckId.TRUST, lambda: self._trusted(document, judged))
        if any(examination.outcome(check) is not Outcome.PASSED for check in _WHOSE):
            self._vouched = None
        return summary

    def issuer_seen(self, document: Document) -> IssuerSeen:
        """Say who issued, by the name that the trust source gives: whoever pinned it, or certified its seal."""
        known = self._known(document)
        own_id = did_of(document) or legal_id_of(document)
        if known:
            return IssuerSeen(id=known.did, name=known.name, trusted=True, source=known.source)
        if self._vouched:
            vouched = self._vouched
            return IssuerSeen(id=own_id, name=vouched.organisation, trusted=True, source=vouched.source)
        return IssuerSeen(id=own_id, name="", trusted=False)

    def _known(self, document: Document) -> TrustedIssuer | None:
        return self._trust.issuer_by_legal_id(legal_id_of(document))

    def _key(self, candidate: Candidate, judged: Sequence[SealJudgement]) -> tuple[None, str, str]:
        document = candidate.document
        sentences, known = [], self._known(document)
        signatures = signatures_in(json.loads(candidate.content)) if known else []
        for judgement in _made(judged):
            pinned = self._pinned(document, judgement)
            if pinned is not None:
                check_key_life(pinned, judgement.existence.time or judgement.facts.claimed_time)
                # A time-stamp from before tells as much as the log does.
                if judgement.existence.time is None and known is not None:
                    check_logged_before(pinned, signatures, str(document.get("id")), known, self._trust.log)
            sentences.append(check_seal_life(judgement))
        return None, "; ".join(dict.fromkeys(sentences)), f"{NORM} clause 5.5"

    def _status(
        self, document: Document, summary: CredentialSummary | None, seals: VerifiedSeals | None
    ) -> tuple[None, str, str]:
        _facts(seals)
        if summary is None:
            raise InconclusiveError("not looked at, because the structure is broken")
        slot = summary.status
        entries = [StatusEntry(url=slot.list_url, index=slot.index, purpose="revocation")] if slot else []
        return None, self._book.check(entries, did_of(document), self._now), "Bitstring Status List 1.0 section 3.2"

    def _trusted(self, document: Document, judged: Sequence[SealJudgement]) -> tuple[None, str, str]:
        sentences = []
        for judgement in _made(judged):
            vouched = vouch(judgement, self._trust, self._now)
            known = self._known(document)
            name = known.name if known else vouched.organisation
            sentences.append(f"the seal of {name} leads to {vouched.source}")
            # The issuer's own key history tells of its end (check 5), as did.json does; nobody else has to.
            if self._pinned(document, judgement) is None:
                sentences.append(check_seal_revocation(judgement, vouched.chain))
            self._vouched = self._vouched or vouched
        return None, "; ".join(dict.fromkeys(filter(None, sentences))), f"{NORM} clause 5.2.6"

    def _pinned(self, document: Document, judgement: SealJudgement) -> VerificationMethod | None:
        """Return the method that the pinned issuer itself lists for the seal's key."""
        known, key = self._known(document), public_key_of(judgement.facts.certificates[0])
        return next((method for method in known.methods if method.public_key == key), None) if known else None


def _structure(document: Document, *, own: bool) -> tuple[None, str, str]:
    found = _FORMAT.violations(document) if own else _FORMAT.violations_foreign(document)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise InvalidError(found[0].message + more, clause=found[0].clause)
    return None, "contexts known, every member in its place", "ELM v3, generic profile"


def examine_other_seal(seal: OtherSeal, examination: Examination, trust: TrustStore, now: datetime) -> None:
    """Examine a seal over something that is no credential known here: is it intact, and whose is it.

    Whatever comes of it, the verdict is never `current`, since nothing of what is sealed was judged.
    """

    def unknown() -> tuple[None, str, str]:
        raise InconclusiveError(f"a document with a seal (JAdES), but {seal.reason}", clause="decisions 7.3")

    examination.attempt(CheckId.RECOGNISE, unknown)
    examination.skip(CheckId.STRUCTURE, f"not looked at, because {seal.reason}")
    seals = examination.attempt(CheckId.PROOF, lambda: _seal(seal.content, verify_any_seals))
    judged = _judged(seals, trust, now)

    def alive() -> tuple[None, str, str]:
        sentences = [check_seal_life(judgement) for judgement in _made(judged)]
        return None, "; ".join(dict.fromkeys(sentences)), f"{NORM} clause 5.5"

    def trusted() -> tuple[None, str, str]:
        sentences = []
        for judgement in _made(judged):
            vouched = vouch(judgement, trust, now)
            sentences.append(f"the seal of {vouched.organisation} leads to {vouched.source}")
            sentences.append(check_seal_revocation(judgement, vouched.chain))
        return None, "; ".join(dict.fromkeys(filter(None, sentences))), f"{NORM} clause 5.2.6"

    examination.attempt(CheckId.KEY, alive)
    examination.attempt(CheckId.TRUST, trusted)


def _seal(content: bytes, verify: Callable[[bytes], VerifiedSeals]) -> tuple[VerifiedSeals, str, str]:
    try:
        seals = verify(content)
    except (InvalidError, UnreadableError) as error:
        # What the norm has no finer word for is a seal that isn't built as one.
        indication = getattr(error, "indication", "") or "FORMAT_FAILURE"
        clause = getattr(error, "clause", "")
        raise InvalidError(error.message, remedy=error.remedy, clause=clause, indication=indication) from error
    levels = ", ".join(facts.level.value for facts in seals.seals)
    return seals, f"the seal holds ({levels})", f"{JADES} section 5"


def _facts(seals: VerifiedSeals | None) -> tuple[SealFacts, ...]:
    if seals is None:
        raise InconclusiveError(NOT_PROVEN)
    return seals.seals


def _judged(seals: VerifiedSeals | None, trust: TrustStore, now: datetime) -> list[SealJudgement]:
    return [judge_seal(facts, trust.time_anchors_at, now) for facts in seals.seals] if seals else []


def _made(judged: Sequence[SealJudgement]) -> Sequence[SealJudgement]:
    if not judged:
        raise InconclusiveError(NOT_PROVEN)
    return judged


def _binding(document: Document, seals: VerifiedSeals | None) -> tuple[None, str, str]:
    for facts in _facts(seals):
        check_seal_binding(facts.certificates[0], legal_id_of(document))
    return None, "the certificate carries the issuer's legal identifier", "ETSI EN 319 412-1 section 5.1.4"


def _own_side(document: Mapping[str, Any]) -> tuple[None, str, str]:
    check_core(document, elm=True)
    return (
        None,
        "the facts give the award core that the credential states; its badges are named",
        "award core, version 1",
    )
