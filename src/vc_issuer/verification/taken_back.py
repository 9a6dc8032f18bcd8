"""What a key that was taken back still vouches for: what the issuer's log held before, and nothing else (ADR 21).

Whoever has such a key can write any time into a proof. So the time that a proof claims counts for nothing, and the log
of issuance, which another key signs, decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vc_issuer.encoding.multikey import base64url_decode
from vc_issuer.errors import InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.transparency.checkpoint import log_origin
from vc_issuer.transparency.evidence import signatures_in, verify_evidence
from vc_issuer.transparency.stamp import TimeAuthorities
from vc_issuer.verification.candidate import Candidate
from vc_issuer.verification.trust import IssuanceLog, TrustedIssuer

CLAUSE = "CID 1.0 section 2.2, threat T10"


@dataclass(frozen=True, slots=True)
class LogFiles:
    """Proofs from logs that somebody hands in as files. They can show that something is logged, never that it isn't.

    `authorities` are those whose time-stamps over a checkpoint count.
    """

    contents: Sequence[bytes]
    authorities: TimeAuthorities

    def logged_at(self, issuer: TrustedIssuer, credential_id: str, signature: bytes) -> datetime | None:  # noqa: ARG002
        """Return by when a signature was logged. Raises InconclusiveError if no file proves it."""
        reasons: list[str] = []
        for content in self.contents:
            try:
                found = verify_evidence(
                    content,
                    signature,
                    issuer.log_methods,
                    origin=log_origin(issuer.did),
                    authorities=self.authorities,
                )
            except VcIssuerError as error:
                reasons.append(error.message)
                continue
            if found is not None:
                return found.time
        why = f" ({reasons[0]})" if reasons else ""
        raise InconclusiveError(f"none of the proofs at hand shows it in the issuer's log{why}", clause=CLAUSE)


@dataclass(frozen=True, slots=True)
class LogsInTurn:
    """Several logs, asked one after the other until one can tell."""

    logs: Sequence[IssuanceLog]

    def logged_at(self, issuer: TrustedIssuer, credential_id: str, signature: bytes) -> datetime | None:
        """Return what the first log says that can tell. Raises InconclusiveError if none can."""
        last = InconclusiveError("no log of the issuer is at hand", clause=CLAUSE)
        for log in self.logs:
            try:
                return log.logged_at(issuer, credential_id, signature)
            except InconclusiveError as error:
                last = error
        raise last


_NOTHING = LogsInTurn(())


def check_logged_before(
    method: VerificationMethod,
    signatures: Sequence[bytes],
    credential_id: str,
    issuer: TrustedIssuer,
    log: IssuanceLog | None,
) -> None:
    """Return if every signature was in the issuer's log before its key was taken back; at once for other keys.

    Raises InvalidError for what was not, InconclusiveError where nothing at hand can tell.
    """
    if method.revoked is None:
        return
    since = f"{method.revoked:%Y-%m-%d %H:%M} UTC"
    for signature in signatures or (b"",):
        try:
            at = (log or _NOTHING).logged_at(issuer, credential_id, signature)
        except InconclusiveError as error:
            raise InconclusiveError(
                f"the key was taken back on {since}, and whether it signed this before can't be told: {error.message}",
                remedy="Ask the holder for the proof from the issuer's log, and give it with --log.",
                clause=CLAUSE,
            ) from error
        if at is None:
            raise InvalidError(
                f"the key was taken back on {since}, and the issuer's log doesn't hold this signature", clause=CLAUSE
            )
        if at >= method.revoked:
            raise InvalidError(f"this was logged after its key was taken back on {since}", clause=CLAUSE)


def signatures_under(candidate: Candidate, method_id: str) -> list[bytes]:
    """Return the values of every signature that a credential carries under one method."""
    if candidate.is_token:
        return [base64url_decode(candidate.content.strip().rpartition(b".")[2].decode("ascii"))]
    proofs = candidate.document.get("proof")
    listed = proofs if isinstance(proofs, list) else [proofs]
    theirs = [one for one in listed if isinstance(one, dict) and one.get("verificationMethod") == method_id]
    return signatures_in({"proof": theirs})
