"""What a holder shows of the log: that a signature was in it, at which place, by when (JSON; see docs/log.md).

A leaf is SHA-256 over a name, a salt and the signature value. The signature stands for the credential: it survives a
file that was written anew, and time-stamps that a seal got later. Without the salt nobody learns from the log what it
holds, not even who has the credential.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vc_issuer.encoding.multikey import base58_decode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.transparency.checkpoint import Checkpoint, verify_checkpoint
from vc_issuer.transparency.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from vc_issuer.transparency.stamp import MAX_STAMP_BYTES, TimeAuthorities

VERSION = 1
SALT_BYTES = 32
_DOMAIN = b"vc-issuer log leaf 1\0"
# A document has a handful of credentials, a path 40 hashes; a time-stamp comes in base64.
_LIMITS = JsonLimits(size=64 * 1024 + MAX_STAMP_BYTES * 3 // 2, depth=6, nodes=4000)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """That one credential's signature is a leaf of the log."""

    credential_id: str
    salt: bytes = field(repr=False)
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What such a file holds, unverified: a checkpoint's note, its time-stamp (DER, or empty), the proofs under it."""

    note: bytes
    stamp: bytes
    proofs: tuple[LogProof, ...]


def leaf_of(salt: bytes, signature: bytes) -> bytes:
    """Return the leaf that commits to a signature."""
    return hashlib.sha256(_DOMAIN + salt + signature).digest()


def signature_of(content: bytes) -> bytes:
    """Return the signature value of a credential that this home secured: a proof's, or that of a JWS.

    Raises UnreadableError if there is not exactly one.
    """
    found = signatures_in(json.loads(content))
    if len(found) != 1:
        raise UnreadableError("a credential to be logged carries exactly one signature")
    return found[0]


def signatures_in(document: Mapping[str, Any]) -> list[bytes]:
    """Return every signature value of a parsed credential, in order; what is none is left out."""
    proofs = document.get("proof", [])
    values = [proof.get("proofValue") for proof in (proofs if isinstance(proofs, list) else [proofs])]
    found = [base58_decode(value[1:]) for value in values if isinstance(value, str) and value.startswith("z")]
    signatures = document.get("signatures", [document] if "signature" in document else [])
    found += [_unpadded(one["signature"]) for one in signatures if isinstance(one.get("signature"), str)]
    return found


def write_evidence(note: bytes, proofs: Sequence[LogProof], stamp: bytes = b"") -> bytes:
    """Return a file that proves, under one checkpoint and its time-stamp if it has one, that credentials are logged."""
    entries = [
        {
            "credential": proof.credential_id,
            "salt": _text(proof.salt),
            "index": proof.index,
            "path": [_text(each) for each in proof.path],
        }
        for proof in proofs
    ]
    stamped = {"timestamp": _text(stamp)} if stamp else {}
    content = {"version": VERSION, "checkpoint": note.decode(), **stamped, "entries": entries}
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def read_evidence(content: bytes) -> Evidence:
    """Take such a file apart, unverified. Raises UnreadableError."""
    document = parse_strict(content, limits=_LIMITS)
    try:
        if not isinstance(document, dict) or document["version"] != VERSION:
            raise UnreadableError("this is no proof from a log of issuance that is known here")
        entries: Any = document["entries"]
        proofs = tuple(
            LogProof(
                credential_id=str(entry["credential"]),
                salt=_binary(entry["salt"], SALT_BYTES),
                index=_index(entry["index"]),
                path=tuple(_binary(each, HASH_BYTES) for each in entry["path"]),
            )
            for entry in entries
        )
        stamp = base64.b64decode(document.get("timestamp", ""), validate=True)
        return Evidence(note=str(document["checkpoint"]).encode(), stamp=stamp, proofs=proofs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError("this proof from a log of issuance is malformed") from error


def verify_evidence(
    content: bytes,
    signature: bytes,
    methods: Iterable[VerificationMethod],
    *,
    origin: str,
    authorities: TimeAuthorities,
) -> Checkpoint | None:
    """Return the checkpoint under which `signature` is proved to be logged, None if the file is about others.

    A time-stamp of none of the `authorities` proves nothing and harms nothing; a false one spoils the file.
    Raises InvalidError if the checkpoint, its time-stamp or the path doesn't hold, UnreadableError.
    """
    evidence = read_evidence(content)
    proven_at = _proven_at(evidence, authorities)
    checkpoint = verify_checkpoint(evidence.note, methods, origin=origin, proven_at=proven_at)
    for proof in evidence.proofs:
        try:
            leaf = leaf_hash(leaf_of(proof.salt, signature))
            verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
        except InvalidError:
            continue  # It is about another signature: nothing in a proof says which.
        return checkpoint
    return None


def _proven_at(evidence: Evidence, authorities: TimeAuthorities) -> datetime | None:
    if not evidence.stamp:
        return None
    try:
        return authorities.proven_at(evidence.stamp, evidence.note)
    except InvalidError as error:
        raise InvalidError(
            f"the time-stamp of the checkpoint doesn't hold: {error.message}",
            clause=error.clause,
            indication=error.indication,
        ) from error


def _index(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("an index is a whole number")
    return value


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _binary(value: str, length: int) -> bytes:
    found = base64.b64decode(value, validate=True)
    if len(found) != length:
        raise ValueError("a value has another length")
    return found


def _unpadded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise UnreadableError("a signature is not base64url") from error
