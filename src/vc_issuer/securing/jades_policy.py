"""Two headers of JAdES that speak of things outside the seal: `sigD` (a detached payload) and `sigPId` (a policy).

ELM seals have neither. Seals of others are read as far as what they name is at hand (clauses 5.2.7 and 5.2.8 of
ETSI TS 119 182-1).
"""

import hashlib
from collections.abc import Mapping

from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.model.credential import JsonValue
from vc_issuer.securing.jades_header import HASHES, JADES
from vc_issuer.securing.jws import Jws, JwsSignature

_BY_HASH = "http://uri.etsi.org/19182/ObjectIdByURIHash"
_SIGD = f"{JADES} clause 5.2.8"


def check_detached(jws: Jws, signature: JwsSignature, detached: Mapping[str, bytes] | None) -> list[str]:
    """Check a detached payload's documents by their hashes; return a doubt for each that is not at hand.

    Raises InvalidError for a wrong hash, InconclusiveError where the signature itself can't be checked without them.
    """
    reference = signature.header.get("sigD")
    if reference is None:
        if jws.is_detached:
            raise InconclusiveError("what the seal is over stands elsewhere, and it doesn't say where", clause=_SIGD)
        return []
    if not jws.is_detached:
        raise InvalidError("the seal has a payload and names another elsewhere", clause=_SIGD)
    if not isinstance(reference, Mapping) or not isinstance(reference.get("mId"), str):
        raise InvalidError("the header sigD is malformed", clause=_SIGD)
    if reference["mId"] != _BY_HASH:
        raise InconclusiveError("what the seal is over stands elsewhere and is not at hand", clause=_SIGD)
    names, stated, hash_name = reference.get("pars"), reference.get("hashV"), reference.get("hashM")
    if not isinstance(names, list) or not isinstance(stated, list) or not names or len(names) != len(stated):
        raise InvalidError("the header sigD is malformed", clause=_SIGD)
    if not isinstance(hash_name, str) or hash_name not in HASHES:
        raise InvalidError("the header sigD uses an unknown hash", clause=_SIGD)
    doubts: list[str] = []
    for name, value in zip(names, stated, strict=True):
        _check_document(name, value, algorithm=HASHES[hash_name], detached=detached or {}, doubts=doubts)
    return doubts


def check_policy(signature: JwsSignature) -> list[str]:
    """Return a doubt if the seal was made under a policy, since none is at hand. Raises InvalidError if malformed."""
    policy = signature.header.get("sigPId")
    if policy is None:
        return []
    clause = f"{JADES} clause 5.2.7"
    if not isinstance(policy, Mapping) or not isinstance(policy.get("id"), Mapping):
        raise InvalidError("the header sigPId is malformed", clause=clause)
    if "digVal" in policy and policy.get("digAlg") not in HASHES:
        raise InvalidError("the seal's policy is named by an unknown hash", clause=clause)
    return ["the seal was made under a signature policy that is not at hand"]


def _check_document(
    name: JsonValue, stated: JsonValue, *, algorithm: str, detached: Mapping[str, bytes], doubts: list[str]
) -> None:
    if not isinstance(name, str) or not isinstance(stated, str):
        raise InvalidError("the header sigD is malformed", clause=_SIGD)
    if name not in detached:
        doubts.append("what the seal is over stands elsewhere and is not at hand")
        return
    # Clause 5.2.8.3.3: the hash is over the document as base64url would carry it.
    actual = hashlib.new(algorithm, base64url_encode(detached[name]).encode("ascii")).digest()
    if base64url_decode(stated) != actual:
        raise InvalidError("a document that the seal is over was changed", clause=_SIGD)
