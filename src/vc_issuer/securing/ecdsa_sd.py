"""ecdsa-sd-2023: a proof from which the holder shows a part (VC-DI-ECDSA 1.0 section 3.4).

The issuer signs a *base proof* for the holder: one signature over the mandatory statements, and one by a key of this
document alone over each other statement. The holder *derives* a proof over the part to be shown; verifiers see that one
only, and refuse a base proof.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from vc_issuer.encoding.cbor import CborValue, decode_cbor, encode_cbor
from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.disclosure import (
    LabelMap,
    Statements,
    checked_labels,
    indexes_of,
    part_as_nquads,
    select,
    state,
)
from vc_issuer.encoding.multikey import base64url_decode, base64url_encode, decode_multikey_bytes, encode_multikey_bytes
from vc_issuer.encoding.rdfc import canonicalize_rdfc
from vc_issuer.errors import InvalidError, UnsafeDocumentError
from vc_issuer.model.credential import Document
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, Signer, SigningKey, VerificationMethod
from vc_issuer.securing.base import purpose_of
from vc_issuer.securing.cryptosuites import DATA_INTEGRITY, ECDSA_SD
from vc_issuer.securing.proof_terms import ProofOptions
from vc_issuer.securing.signatures import verify_signature

HMAC_KEY_BYTES = 32
_BASE, _DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
_SIGNATURE_BYTES = 64
_CANONICAL = "c14n"
_CLAUSE = "VC-DI-ECDSA 1.0 section 3.4"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseSecrets:
    """What is drawn afresh for each base proof: the key of the labels, and a P-256 signer used for this proof alone."""

    hmac_key: bytes
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class _BaseValue:
    signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    pointers: tuple[str, ...]

    def encoded(self) -> str:
        parts: list[CborValue] = [
            self.signature,
            self.public_key,
            self.hmac_key,
            list(self.signatures),
            list(self.pointers),
        ]
        return "u" + base64url_encode(_BASE + encode_cbor(parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _DerivedValue:
    signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: LabelMap
    mandatory: tuple[int, ...]

    def encoded(self) -> str:
        labels: dict[CborValue, CborValue] = {
            int(canonical.removeprefix(_CANONICAL)): base64url_decode(label[1:])
            for canonical, label in self.labels.items()
        }
        parts: list[CborValue] = [self.signature, self.public_key, list(self.signatures), labels, list(self.mandatory)]
        return "u" + base64url_encode(_DERIVED + encode_cbor(parts))


def create_base_proof(
    document: Document,
    key: SigningKey,
    options: ProofOptions,
    mandatory: Sequence[str],
    fresh: BaseSecrets,
    *,
    contexts: ContextStore | None = None,
) -> dict[str, Any]:
    """Return a base proof over `document`; `mandatory` are pointers to what every derived proof shows.

    Raises UnsafeDocumentError (a pointer to nothing among it), SignerError.
    """
    if "proof" in document:
        raise UnsafeDocumentError("the document has a proof already")
    if key.method.public_key.algorithm is not KeyAlgorithm.P256:
        raise UnsafeDocumentError(f"{ECDSA_SD} needs a P-256 key")
    if len(fresh.hmac_key) != HMAC_KEY_BYTES:
        raise UnsafeDocumentError(f"the key of the labels has {HMAC_KEY_BYTES} bytes")
    config = {
        "type": DATA_INTEGRITY,
        "cryptosuite": ECDSA_SD,
        "verificationMethod": key.method.id,
        **options.members(),
    }
    statements = state(document, _hmac_labels(fresh.hmac_key), contexts=contexts)
    chosen = frozenset(indexes_of(statements, mandatory, contexts=contexts))
    public_key = encode_multikey_bytes(fresh.signer.public_key)
    message = _base_message(_config_hash(config, document, contexts), public_key, _chosen(statements, chosen))
    value = _BaseValue(
        signature=key.sign(message, purpose_of(document)),
        public_key=public_key,
        hmac_key=fresh.hmac_key,
        signatures=tuple(fresh.signer.sign(line.encode()) for line in _others(statements, chosen)),
        pointers=tuple(mandatory),
    )
    return {**config, "proofValue": value.encoded()}


def derive(document: Document, selective: Sequence[str], *, contexts: ContextStore | None = None) -> dict[str, Any]:
    """Return the part of a document with a base proof that `selective` pointers pick, with the derived proof.

    Raises InvalidError for another proof, UnsafeDocumentError for a pointer to nothing or a part that shows nothing.
    """
    proof = document.get("proof")
    proofs = proof if isinstance(proof, list) else [proof]
    if len(proofs) != 1 or not isinstance(proofs[0], Mapping):
        raise InvalidError("there is not exactly one base proof to derive from", clause=f"{_CLAUSE}.6")
    base = _parse_base(proofs[0].get("proofValue"))
    unsecured = {name: item for name, item in document.items() if name != "proof"}
    statements = state(unsecured, _hmac_labels(base.hmac_key), contexts=contexts)
    pointers = (*base.pointers, *selective)
    if not pointers:
        raise UnsafeDocumentError("nothing would be shown", remedy="Name at least one pointer.")
    revealed = select(unsecured, pointers) or {}
    value = _derived_value(base, statements, selective, contexts)
    return {**revealed, "proof": {**proofs[0], "proofValue": value.encoded()}}


def verify_derived(
    document: Document,
    proof: Mapping[str, Any],
    method: VerificationMethod,
    *,
    contexts: ContextStore | None = None,
    guarded: bool = False,
) -> None:
    """Return if a derived proof holds over `document`, which has none. Raises InvalidError, UnsafeDocumentError."""
    value = _parse_derived(proof.get("proofValue"))

    def stated(canonical: LabelMap) -> LabelMap:
        if set(canonical.values()) != set(value.labels):
            raise InvalidError("the proof names other nodes than the document", clause=f"{_CLAUSE}.7")
        return {own: value.labels[label] for own, label in canonical.items()}

    statements = state(document, stated, contexts=contexts, guarded=guarded)
    chosen = frozenset(value.mandatory)
    if chosen and max(chosen) >= len(statements.lines):
        raise InvalidError("the proof names a statement that is not there", clause=f"{_CLAUSE}.7")
    config = {name: item for name, item in proof.items() if name != "proofValue"}
    _check_signatures(value, statements, chosen, _config_hash(config, document, contexts), method.public_key)


def verify_base(
    document: Document,
    proof: Mapping[str, Any],
    method: VerificationMethod,
    *,
    contexts: ContextStore | None = None,
    guarded: bool = False,
) -> None:
    """Return if a base proof holds over `document`, which has none: for the holder, before anything is derived."""
    value = _parse_base(proof.get("proofValue"))
    statements = state(document, _hmac_labels(value.hmac_key), contexts=contexts, guarded=guarded)
    chosen = frozenset(indexes_of(statements, value.pointers, contexts=contexts))
    config = {name: item for name, item in proof.items() if name != "proofValue"}
    _check_signatures(value, statements, chosen, _config_hash(config, document, contexts), method.public_key)


def _check_signatures(
    value: _BaseValue | _DerivedValue,
    statements: Statements,
    chosen: frozenset[int],
    config_hash: bytes,
    issuer: PublicKey,
) -> None:
    disclosed = _others(statements, chosen)
    if len(value.signatures) != len(disclosed):
        raise InvalidError(
            f"the proof has {len(value.signatures)} signatures for {len(disclosed)} statements", clause=f"{_CLAUSE}.7"
        )
    verify_signature(issuer, value.signature, _base_message(config_hash, value.public_key, _chosen(statements, chosen)))
    key = decode_multikey_bytes(value.public_key)
    if key.algorithm is not KeyAlgorithm.P256:
        raise InvalidError("the proof's own key is no P-256 key", clause=f"{_CLAUSE}.8")
    for line, signature in zip(disclosed, value.signatures, strict=True):
        verify_signature(key, signature, line.encode())


def _derived_value(
    base: _BaseValue, statements: Statements, selective: Sequence[str], contexts: ContextStore | None
) -> _DerivedValue:
    mandatory = indexes_of(statements, base.pointers, contexts=contexts)
    combined = indexes_of(statements, (*base.pointers, *selective), contexts=contexts)
    # Signatures stand in the order of the statements that are not mandatory.
    disclosable = [place for place in range(len(statements.lines)) if place not in mandatory]
    if len(disclosable) != len(base.signatures):
        raise InvalidError("the base proof has another number of signatures than statements", clause=f"{_CLAUSE}.3")
    chosen = set(combined) - set(mandatory)
    canonical = checked_labels(part_as_nquads(statements, (*base.pointers, *selective), contexts=contexts))
    return _DerivedValue(
        signature=base.signature,
        public_key=base.public_key,
        signatures=tuple(s for place, s in zip(disclosable, base.signatures, strict=True) if place in chosen),
        labels={label: statements.labels[own] for own, label in canonical.items()},
        mandatory=tuple(position for position, place in enumerate(combined) if place in mandatory),
    )


def _hmac_labels(key: bytes) -> Callable[[LabelMap], LabelMap]:
    def relabel(canonical: LabelMap) -> LabelMap:
        return {
            own: "u" + base64url_encode(hmac.digest(key, label.encode(), hashlib.sha256))
            for own, label in canonical.items()
        }

    return relabel


def _chosen(statements: Statements, chosen: frozenset[int]) -> list[str]:
    return [line for place, line in enumerate(statements.lines) if place in chosen]


def _others(statements: Statements, chosen: frozenset[int]) -> list[str]:
    return [line for place, line in enumerate(statements.lines) if place not in chosen]


def _config_hash(config: Mapping[str, Any], document: Document, contexts: ContextStore | None) -> bytes:
    whole = {**config, "@context": document.get("@context")}
    return hashlib.sha256(canonicalize_rdfc(whole, contexts=contexts).encode()).digest()


def _base_message(config_hash: bytes, public_key: bytes, mandatory: Sequence[str]) -> bytes:
    return config_hash + public_key + hashlib.sha256("".join(mandatory).encode()).digest()


def _parse_base(value: object) -> _BaseValue:
    parts = _parts(value, _BASE, "base", 5)
    signatures, pointers = _typed(parts[3], list), _typed(parts[4], list)
    return _BaseValue(
        signature=_signature(parts[0]),
        public_key=_typed(parts[1], bytes),
        hmac_key=_typed(parts[2], bytes),
        signatures=tuple(_signature(item) for item in signatures),
        pointers=tuple(_typed(item, str) for item in pointers),
    )


def _parse_derived(value: object) -> _DerivedValue:
    parts = _parts(value, _DERIVED, "derived", 5)
    signatures, labels, mandatory = _typed(parts[2], list), _typed(parts[3], dict), _typed(parts[4], list)
    return _DerivedValue(
        signature=_signature(parts[0]),
        public_key=_typed(parts[1], bytes),
        signatures=tuple(_signature(item) for item in signatures),
        labels={
            f"{_CANONICAL}{_typed(number, int)}": "u" + base64url_encode(_typed(label, bytes))
            for number, label in labels.items()
        },
        mandatory=tuple(_typed(item, int) for item in mandatory),
    )


def _parts(value: object, header: bytes, kind: str, count: int) -> list[Any]:
    if not isinstance(value, str) or not value.startswith("u"):
        raise InvalidError("the proof's value is not multibase base64url", clause=f"{_CLAUSE}.7")
    content = base64url_decode(value[1:])
    if not content.startswith(header):
        raise InvalidError(f"the proof's value is not that of a {kind} proof", clause=f"{_CLAUSE}.7")
    parts = decode_cbor(content[len(header) :])
    if not isinstance(parts, list) or len(parts) != count:
        raise InvalidError(f"the value of a {kind} proof has {count} parts", clause=f"{_CLAUSE}.7")
    return parts


def _typed(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise InvalidError("a part of the proof's value is of another kind than it should be", clause=f"{_CLAUSE}.7")
    return value


def _signature(value: Any) -> bytes:
    signature = _typed(value, bytes)
    if len(signature) != _SIGNATURE_BYTES:
        raise InvalidError("a signature in the proof's value has not 64 bytes", clause=f"{_CLAUSE}.7")
    return signature
