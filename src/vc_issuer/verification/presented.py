"""A presentation as a file: is its holder's signature whole, and what is each credential in it worth.

Nobody here asked for it, so the challenge in it tells nothing of when it was made: no proof of identity (threat T31).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InconclusiveError
from vc_issuer.formats.vcdm import ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION, types_of
from vc_issuer.model.report import CheckId
from vc_issuer.securing.data_integrity import proofs_of
from vc_issuer.securing.vc_jose import peek_token
from vc_issuer.verification.candidate import Candidate
from vc_issuer.verification.examination import Examination
from vc_issuer.verification.presentation import Asked, Presented, open_envelope, prove_presentation
from vc_issuer.verification.proofs import Guard

_CLAUSE = "VCDM 2.0 section 4.13"
_V2 = "https://www.w3.org/ns/credentials/v2"


def examine_presentation(candidate: Candidate, examination: Examination, guard: Guard, now: datetime) -> list[bytes]:
    """Check the holder's signature, and return the credentials shown, each as the bytes of a file of its own."""
    presented = examination.attempt(CheckId.PROOF, lambda: _proven(candidate, guard, now))
    return list(presented.credentials) if presented else _shown(candidate.document)


def _proven(candidate: Candidate, guard: Guard, now: datetime) -> tuple[Presented, str, str]:
    content, challenge = _as_asked(candidate)
    if not challenge:
        raise InconclusiveError(
            "nobody signed this presentation in answer to a question: who shows it is not known", clause=_CLAUSE
        )
    presented: Presented = guard(prove_presentation, content, Asked(challenge=challenge), now)
    holder = presented.holder or "its holder"
    return presented, f"{holder} signed it, at a time and for a reader unknown here: no proof of identity", _CLAUSE


def _as_asked(candidate: Candidate) -> tuple[bytes, str]:
    """Return the presentation in the form that is proven, and the challenge that it says it answers."""
    if candidate.is_token:
        token = candidate.content.strip()
        envelope = {
            "@context": [_V2],
            "id": f"data:application/vp+jwt,{token.decode('ascii')}",
            "type": ENVELOPED_PRESENTATION,
        }
        return serialise_compact(envelope), _text(peek_token(token).claims.get("nonce"))
    if ENVELOPED_PRESENTATION in types_of(candidate.document):
        token = open_envelope(candidate.document, ENVELOPED_PRESENTATION)
        return candidate.content, _text(peek_token(token).claims.get("nonce"))
    challenges = [_text(proof.get("challenge")) for proof in proofs_of(candidate.document)]
    return candidate.content, next((challenge for challenge in challenges if challenge), "")


def _shown(document: Mapping[str, Any]) -> list[bytes]:
    held = document.get("verifiableCredential", [])
    found = []
    for one in held if isinstance(held, list) else [held]:
        if isinstance(one, Mapping) and ENVELOPED_CREDENTIAL in types_of(one):
            found.append(_text(one.get("id")).partition(",")[2].encode("utf-8", "replace"))
        elif isinstance(one, Mapping):
            found.append(serialise_compact(one))
        else:
            found.append(_text(one).encode("utf-8", "replace"))
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
