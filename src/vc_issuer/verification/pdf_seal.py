"""Check 14, the seal of the file itself: whose it is, and whether the PDF is still what was sealed (PAdES).

The credentials inside have proofs of their own, so a seal that can't be judged takes nothing from them; a seal that is
broken says that the file is not the one that was sealed. The name shown comes from the trust store, not from the file.
"""

from datetime import datetime

from vc_issuer.carriers.pdf_seal import PdfSeal
from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.securing.jades_trust import SealJudgement, check_seal_life, check_seal_revocation, judge_seal
from vc_issuer.securing.pades import PADES
from vc_issuer.verification.seal_trust import vouch
from vc_issuer.verification.taken_back import CLAUSE as TAKEN_BACK
from vc_issuer.verification.trust import TrustedIssuer, TrustStore, check_key_life
from vc_issuer.x509 import organization_identifier, public_key_of


def check_pdf_seal(seal: PdfSeal, trust: TrustStore, now: datetime) -> tuple[None, str, str]:
    """Say whose seal is on a PDF that was not changed since. Raises InvalidError, InconclusiveError."""
    if seal.facts is None:
        raise seal.problem or InconclusiveError("the seal of the PDF was not checked", clause=PADES)
    judgement = judge_seal(seal.facts, trust.time_anchors_at, now)
    vouched = vouch(judgement, trust, now)
    life = check_seal_life(judgement)
    leaf = seal.facts.certificates[0]
    issuer = trust.issuer_by_legal_id(organization_identifier(leaf) or "")
    name = issuer.name if issuer else vouched.organisation
    method = _method_of(issuer, leaf)
    if method is None:
        revocation = check_seal_revocation(judgement, vouched.chain)
    else:
        revocation = ""
        _check_key(method, judgement)
    if seal.added:
        raise InconclusiveError(
            f"{name} sealed the PDF, and {seal.added} bytes were added to it since: "
            "what it shows now may be more than what was sealed",
            remedy="Go by the credentials in it.",
            clause=PADES,
        )
    since = f"{name} sealed the PDF itself ({seal.facts.level.value}), and it was not changed since"
    sentences = (since, f"the seal leads to {vouched.source}", life, revocation)
    return None, "; ".join(filter(None, sentences)), PADES


def _method_of(issuer: TrustedIssuer | None, leaf: bytes) -> VerificationMethod | None:
    """Return the method that a pinned issuer lists for the seal's key: its own history tells of the key's end."""
    key = public_key_of(leaf)
    return next((method for method in issuer.methods if method.public_key == key), None) if issuer else None


def _check_key(method: VerificationMethod, judgement: SealJudgement) -> None:
    proven = judgement.existence.time
    if method.revoked and proven is None:
        raise InconclusiveError(
            f"the seal's key was taken back on {method.revoked:%Y-%m-%d %H:%M} UTC, and no time-stamp proves that the "
            "PDF was sealed before",
            clause=TAKEN_BACK,
        )
    try:
        check_key_life(method, proven or judgement.facts.claimed_time)
    except InvalidError as error:
        raise InvalidError(f"the seal of the PDF doesn't count: {error.message}", clause=error.clause) from error
