"""Data Integrity proofs (W3C Recommendation 2025-05-15): add one, and verify every one of a set or chain.

hashData = H(canonical proof configuration) || H(canonical document): the proof first. A proof is over the document
without any proof; in a chain, over the document with the proofs that it refers to. A proof counts only if those it
refers to count.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.multikey import base58_decode, base58_encode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import InvalidError, UnsafeDocumentError, VcIssuerError
from vc_issuer.model.credential import Document, SecuredCredential, Verified
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.securing.base import ResolveKey, purpose_of
from vc_issuer.securing.cryptosuites import (
    DATA_INTEGRITY,
    ECDSA_SD,
    Cryptosuite,
    canonicalize_graph,
    hash_for,
    suite_of,
)
from vc_issuer.securing.ecdsa_sd import verify_derived
from vc_issuer.securing.proof_terms import ProofDemands, ProofOptions, ProofTimes, check_terms
from vc_issuer.securing.signatures import verify_signature

MEDIA_TYPE = "application/vc+ld+json"
MAX_PROOFS = 8  # a set of two is common, a chain of three is not
LIMITS = JsonLimits(size=256 * 1024, depth=32, nodes=2_000)  # decisions 7.6
_DI = "VC Data Integrity 1.0"
CanonicalizeAs: TypeAlias = Callable[[Document, str], bytes]
"""Canonicalise a document as linked data, with this hash inside the algorithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofResult:
    """What became of one proof: verified, or the error that says why not. `expires` is what it says of itself."""

    method_id: str
    verified: Verified | None
    error: VcIssuerError | None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataIntegrity:
    """The mechanism of one cryptosuite. `contexts` widens the pinned ones for a conformance mount."""

    suite: Cryptosuite
    contexts: ContextStore | None = None

    @property
    def name(self) -> str:
        """Return the cryptosuite's name."""
        return self.suite.name

    def recognises(self, content: bytes) -> bool:
        """Tell whether `content` is a JSON object with a proof of this suite."""
        try:
            document = parse_strict(content, limits=LIMITS)
        except VcIssuerError:
            return False
        return any(self.name in (proof.get("cryptosuite"), proof.get("type")) for proof in proofs_of(document))

    def secure(self, document: Document, key: SigningKey, created: datetime) -> SecuredCredential:
        """Add a proof for assertions as a list of one, and write the document compactly in its own order."""
        secured = {**document, "proof": [create_proof(document, self.suite, key, created, contexts=self.contexts)]}
        return SecuredCredential(media_type=MEDIA_TYPE, content=serialise_compact(secured))

    def verify(self, content: bytes, resolve_key: ResolveKey, *, guarded: bool = False) -> Verified:
        """Return if every proof holds and one of them is of this suite; `guarded` reads it as a stranger's is read."""
        document = parse_strict(content, limits=LIMITS)
        if not isinstance(document, Mapping):
            raise InvalidError("a secured document is a JSON object", clause=f"{_DI} section 4.4")
        results = verify_proofs(document, resolve_key, contexts=self.contexts, guarded=guarded)
        for result in results:
            if result.error:
                raise result.error
        verified = next((r.verified for r in results if r.verified and r.verified.mechanism == self.name), None)
        if verified is None:
            raise InvalidError(f"the document has no {self.name} proof", clause=f"{_DI} section 4.4")
        return verified


def create_proof(
    document: Document, suite: Cryptosuite, key: SigningKey, created: datetime, *, contexts: ContextStore | None = None
) -> dict[str, Any]:
    """Return a proof for assertions over `document`, which has none. Raises UnsafeDocumentError, SignerError."""
    return create_proof_with(document, suite, key, ProofOptions(created=created), contexts=contexts)


def create_proof_with(
    document: Document, suite: Cryptosuite, key: SigningKey, options: ProofOptions, *, contexts: ContextStore | None
) -> dict[str, Any]:
    """Return a proof with these options. `document` has no proof, or in a chain those that `options.previous` names.

    Raises UnsafeDocumentError, SignerError.
    """
    if suite.proof_type != DATA_INTEGRITY or suite.name == ECDSA_SD:
        raise UnsafeDocumentError(f"{suite.name} is not made here")
    if {proof.get("id") for proof in proofs_of(document)} != set(options.previous):
        raise UnsafeDocumentError("the document has a proof already, or not those that a chain builds on")
    config = proof_config(suite, key, options)
    if suite.own_context and "@context" in document:
        config = {"@context": document["@context"], **config}
    hashed = hash_data(document, config, suite, key.method, contexts=contexts)
    return {**config, "proofValue": "z" + base58_encode(key.sign(hashed, purpose_of(document)))}


def proof_config(suite: Cryptosuite, key: SigningKey, options: ProofOptions) -> dict[str, Any]:
    """Return a proof without its value, as it stands in the document."""
    members = options.members()
    return {
        "type": DATA_INTEGRITY,
        **{name: members.pop(name) for name in ("id", "created") if name in members},
        "verificationMethod": key.method.id,
        "cryptosuite": suite.name,
        **members,
    }


def add_proof(
    document: Document,
    suite: Cryptosuite,
    key: SigningKey,
    options: ProofOptions,
    *,
    contexts: ContextStore | None = None,
) -> dict[str, Any]:
    """Return `document` with one more proof: of its set, or of its chain where `options.previous` names others."""
    proofs = proofs_of(document)
    base = {name: value for name, value in document.items() if name != "proof"}
    by_id = {proof.get("id"): proof for proof in proofs}
    previous = [by_id[name] for name in options.previous if name in by_id]
    signed = {**base, "proof": previous} if previous else base
    return {**base, "proof": [*proofs, create_proof_with(signed, suite, key, options, contexts=contexts)]}


def hash_data(
    document: Document,
    config: Mapping[str, Any],
    suite: Cryptosuite,
    method: VerificationMethod,
    *,
    contexts: ContextStore | None = None,
    guarded: bool = False,
) -> bytes:
    """Return the bytes that a proof signs. `config` is the proof without its value."""

    def canonicalize(part: Document, hash_name: str) -> bytes:
        return suite.canonicalize(part, hash_name, contexts, guarded)

    return hash_with(document, config, suite, method, canonicalize)


def hash_with(
    document: Document,
    config: Mapping[str, Any],
    suite: Cryptosuite,
    method: VerificationMethod,
    canonicalize: CanonicalizeAs,
) -> bytes:
    """Return the bytes that a proof signs, with another canonicalisation in place of the suite's own."""
    hash_name = hash_for(suite, method.public_key.algorithm)
    # Config before document: VC-DI-EdDSA section 3.2.4 step 3. Its @context is the document's, and is not emitted.
    whole = config if suite.own_context else {**config, "@context": document.get("@context")}
    return b"".join(hashlib.new(hash_name, canonicalize(part, hash_name)).digest() for part in (whole, document))


def proofs_of(document: Any) -> list[dict[str, Any]]:
    """Return a document's proofs as a list; what is not an object is left out."""
    value = document.get("proof") if isinstance(document, Mapping) else None
    return [proof for proof in (value if isinstance(value, list) else [value]) if isinstance(proof, dict)]


def verify_proofs(
    document: Document,
    resolve_key: ResolveKey,
    *,
    demands: ProofDemands | None = None,
    contexts: ContextStore | None = None,
    guarded: bool = False,
    canonicalize: CanonicalizeAs | None = None,
) -> list[ProofResult]:
    """Verify every proof of a set or chain and say of each what became of it. Raises InvalidError if there is none."""
    raw = document.get("proof")
    proofs = proofs_of(document)
    if not proofs or len(proofs) != (len(raw) if isinstance(raw, list) else 1):
        raise InvalidError("the document has no proof, or one that is no object", clause=f"{_DI} section 4.4")
    if len(proofs) > MAX_PROOFS:
        raise InvalidError(f"the document has more than {MAX_PROOFS} proofs", clause="threat T29")
    ids = [proof["id"] for proof in proofs if isinstance(proof.get("id"), str)]
    if len(set(ids)) != len(ids):
        raise InvalidError("two proofs have the same id", clause=f"{_DI} section 4.5")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    work = _Work(unsecured, proofs, resolve_key, demands or ProofDemands(), contexts, guarded, canonicalize)
    return [work.result(position) for position in range(len(proofs))]


@dataclass(frozen=True, slots=True)
class _Work:
    """The proofs of one document, each verified once however many others refer to it."""

    document: Document
    proofs: list[dict[str, Any]]
    resolve_key: ResolveKey
    demands: ProofDemands
    contexts: ContextStore | None
    guarded: bool
    canonicalize: CanonicalizeAs | None
    done: dict[int, ProofResult] = field(default_factory=dict)

    def result(self, position: int, behind: tuple[int, ...] = ()) -> ProofResult:
        """Return what becomes of the proof at `position`; `behind` are those that led to it."""
        if position in behind:
            circle = InvalidError("the proofs refer to each other in a circle", clause=f"{_DI} section 4.5")
            return ProofResult(method_id="", verified=None, error=circle)
        if position not in self.done:
            self.done[position] = self._verified(self.proofs[position], (*behind, position))
        return self.done[position]

    def _verified(self, proof: dict[str, Any], behind: tuple[int, ...]) -> ProofResult:
        method_id = str(proof.get("verificationMethod", ""))
        try:
            suite = suite_of(proof)
            times = check_terms(proof, self.demands)
            verified = self._verify(proof, suite, times, self._signed_document(proof, behind))
        except VcIssuerError as error:
            return ProofResult(method_id=method_id, verified=None, error=error)
        return ProofResult(method_id=method_id, verified=verified, error=None, expires=times.expires)

    def _verify(self, proof: dict[str, Any], suite: Cryptosuite, times: ProofTimes, document: Document) -> Verified:
        if suite.proof_type != DATA_INTEGRITY and times.created is None:
            raise InvalidError(f"a proof of type {suite.proof_type} says when it was made", clause="VC-DI-EdDSA")
        signature = b"" if suite.name == ECDSA_SD else _proof_value(proof)
        method_id = proof.get("verificationMethod")
        if not isinstance(method_id, str) or "#" not in method_id:
            raise InvalidError("the proof names no verification method", clause="CID 1.0 section 3.3")
        method = self.resolve_key(method_id)
        hash_for(suite, method.public_key.algorithm)
        if suite.own_context:
            document = _under_proof_context(document, proof)
        if suite.name == ECDSA_SD:
            verify_derived(document, proof, method, contexts=self.contexts, guarded=self.guarded)
        else:
            config = {name: value for name, value in proof.items() if name != "proofValue"}
            verify_signature(method.public_key, signature, self._hashed(document, config, suite, method))
        return Verified(document=self.document, method=method, created=times.created, mechanism=suite.name)

    def _hashed(
        self, document: Document, config: dict[str, Any], suite: Cryptosuite, method: VerificationMethod
    ) -> bytes:
        if self.canonicalize is not None and suite.canonicalize is canonicalize_graph:
            return hash_with(document, config, suite, method, self.canonicalize)
        return hash_data(document, config, suite, method, contexts=self.contexts, guarded=self.guarded)

    def _signed_document(self, proof: dict[str, Any], behind: tuple[int, ...]) -> Document:
        named = proof.get("previousProof")
        if named is None and "previousProof" not in proof:
            return self.document
        names = named if isinstance(named, list) else [named]
        places = {other["id"]: place for place, other in enumerate(self.proofs) if isinstance(other.get("id"), str)}
        if not names or any(not isinstance(name, str) or name not in places for name in names):
            raise InvalidError("the proof refers to another that is not there", clause=f"{_DI} section 4.5")
        for name in names:
            error = self.result(places[name], behind).error
            if error:
                raise error
        return {**self.document, "proof": [self.proofs[places[name]] for name in names]}


def _proof_value(proof: dict[str, Any]) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise InvalidError("the proof's value is not multibase base58btc", clause="VC-DI-EdDSA section 3.2.1")
    return base58_decode(value[1:])


def _under_proof_context(document: Document, proof: dict[str, Any]) -> Document:
    if "@context" not in proof:
        return document
    ours, theirs = (
        value if isinstance(value, list) else [value] for value in (proof["@context"], document.get("@context"))
    )
    if theirs[: len(ours)] != ours:
        raise InvalidError("the document's contexts do not begin with the proof's", clause="VC-DI-EdDSA section 3.3.2")
    if theirs != ours:
        raise InvalidError("a context was added after the proof", clause=f"{_DI} section 2.4.2")
    return {**document, "@context": proof["@context"]}
