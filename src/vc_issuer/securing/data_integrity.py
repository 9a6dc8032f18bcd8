"""Data Integrity proofs (W3C Recommendation 2025-05-15): add one, and verify every one of a set or chain.

hashData = H(canonical proof configuration) || H(canonical document): the proof first. A proof is over the document
without any proof; in a chain, over the document with the proofs that it refers to.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.multikey import base58_decode, base58_encode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import InvalidError, UnsafeDocumentError, VcIssuerError
from vc_issuer.model.credential import Document, SecuredCredential, Verified
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.securing.base import ResolveKey
from vc_issuer.securing.cryptosuites import Cryptosuite, cryptosuite, hash_for
from vc_issuer.securing.signatures import verify_signature

MEDIA_TYPE = "application/vc+ld+json"
TYPE = "DataIntegrityProof"
MAX_PROOFS = 8  # a set of two is common, a chain of three is not
LIMITS = JsonLimits(size=256 * 1024, depth=32, nodes=2_000)  # decisions 7.6
# Dates are compared as they are written, never read and written again.
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z")
_DI = "VC Data Integrity 1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofResult:
    """What became of one proof: verified, or the error that says why not."""

    method_id: str
    verified: Verified | None
    error: VcIssuerError | None


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
        return any(proof.get("cryptosuite") == self.name for proof in proofs_of(document))

    def secure(self, document: Document, key: SigningKey, created: datetime) -> SecuredCredential:
        """Add a proof for assertions as a list of one, and write the document compactly in its own order."""
        secured = {**document, "proof": [create_proof(document, self.suite, key, created, contexts=self.contexts)]}
        return SecuredCredential(media_type=MEDIA_TYPE, content=serialise_compact(secured))

    def verify(self, content: bytes, resolve_key: ResolveKey) -> Verified:
        """Return if every proof holds and one of them is of this suite."""
        document = parse_strict(content, limits=LIMITS)
        if not isinstance(document, Mapping):
            raise InvalidError("a secured document is a JSON object", clause=f"{_DI} section 4.4")
        results = verify_proofs(document, resolve_key, contexts=self.contexts)
        for result in results:
            if result.error:
                raise result.error
        verified = next((r.verified for r in results if r.verified and r.verified.mechanism == self.name), None)
        if verified is None:
            raise InvalidError(f"the document has no {self.name} proof", clause=f"{_DI} section 4.4")
        return verified


def format_time(moment: datetime) -> str:
    """Write a time as proofs carry it: UTC, to the second, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def create_proof(
    document: Document, suite: Cryptosuite, key: SigningKey, created: datetime, *, contexts: ContextStore | None = None
) -> dict[str, Any]:
    """Return a proof for assertions over `document`, which has none. Raises UnsafeDocumentError, SignerError."""
    if "proof" in document:
        raise UnsafeDocumentError("the document has a proof already")
    config: dict[str, Any] = {
        "type": TYPE,
        "created": format_time(created),
        "verificationMethod": key.method.id,
        "cryptosuite": suite.name,
        "proofPurpose": "assertionMethod",
    }
    if suite.own_context and "@context" in document:
        config = {"@context": document["@context"], **config}
    hashed = hash_data(document, config, suite, key.method, contexts=contexts)
    return {**config, "proofValue": "z" + base58_encode(key.signer.sign(hashed))}


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
    hash_name = hash_for(suite, method.public_key.algorithm)
    # Config before document: VC-DI-EdDSA section 3.2.4 step 3. Its @context is the document's, and is not emitted.
    whole = config if suite.own_context else {**config, "@context": document.get("@context")}
    parts = (suite.canonicalize(part, hash_name, contexts, guarded) for part in (whole, document))
    return b"".join(hashlib.new(hash_name, part).digest() for part in parts)


def proofs_of(document: Any) -> list[dict[str, Any]]:
    """Return a document's proofs as a list; what is not an object is left out."""
    value = document.get("proof") if isinstance(document, Mapping) else None
    return [proof for proof in (value if isinstance(value, list) else [value]) if isinstance(proof, dict)]


def verify_proofs(
    document: Document,
    resolve_key: ResolveKey,
    *,
    purpose: str = "assertionMethod",
    now: datetime | None = None,
    contexts: ContextStore | None = None,
    guarded: bool = False,
) -> list[ProofResult]:
    """Verify every proof of a set or chain and say of each what became of it. Raises InvalidError if there is none."""
    raw = document.get("proof")
    proofs = proofs_of(document)
    if not proofs or len(proofs) != (len(raw) if isinstance(raw, list) else 1):
        raise InvalidError("the document has no proof, or one that is no object", clause=f"{_DI} section 4.4")
    if len(proofs) > MAX_PROOFS:
        raise InvalidError(f"the document has more than {MAX_PROOFS} proofs", clause="threat T29")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    setting = _Setting(unsecured, proofs, resolve_key, purpose, now, contexts, guarded)
    return [_result(proof, setting) for proof in proofs]


@dataclass(frozen=True, slots=True)
class _Setting:
    """What every proof of one document is verified against."""

    document: Document
    proofs: list[dict[str, Any]]
    resolve_key: ResolveKey
    purpose: str
    now: datetime | None
    contexts: ContextStore | None
    guarded: bool


def _result(proof: dict[str, Any], setting: _Setting) -> ProofResult:
    method_id = str(proof.get("verificationMethod", ""))
    try:
        return ProofResult(method_id=method_id, verified=_verify_proof(proof, setting), error=None)
    except VcIssuerError as error:
        return ProofResult(method_id=method_id, verified=None, error=error)


def _verify_proof(proof: dict[str, Any], setting: _Setting, behind: tuple[str, ...] = ()) -> Verified:
    if proof.get("type") != TYPE:
        raise InvalidError(f"a proof's type is {TYPE}", clause=f"{_DI} section 2.1")
    suite = cryptosuite(proof.get("cryptosuite"))
    if proof.get("proofPurpose") != setting.purpose:
        raise InvalidError(f"the proof does not serve {setting.purpose}", clause=f"{_DI} section 4.4")
    created = _moment(proof, "created")
    expires = _moment(proof, "expires")
    if expires and setting.now and expires <= setting.now:
        raise InvalidError("the proof has expired", clause=f"{_DI} section 2.1")
    signature = _proof_value(proof)
    method_id = proof.get("verificationMethod")
    if not isinstance(method_id, str) or "#" not in method_id:
        raise InvalidError("the proof names no verification method", clause="CID 1.0 section 3.3")
    method = setting.resolve_key(method_id)
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    document = _with_previous(proof, setting, behind)
    if suite.own_context:
        document = _under_proof_context(document, proof)
    hashed = hash_data(document, config, suite, method, contexts=setting.contexts, guarded=setting.guarded)
    verify_signature(method.public_key, signature, hashed)
    return Verified(document=setting.document, method=method, created=created, mechanism=suite.name)


def _moment(proof: dict[str, Any], name: str) -> datetime | None:
    value = proof.get(name)
    if value is None and name not in proof:
        return None
    if not isinstance(value, str) or not _DATE_TIME.match(value):
        raise InvalidError(f"the proof's {name} is no date and time", clause=f"{_DI} section 2.1")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidError(f"the proof's {name} is no date and time", clause=f"{_DI} section 2.1") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # a missing offset may be read as UTC


def _proof_value(proof: dict[str, Any]) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise InvalidError("the proof's value is not multibase base58btc", clause="VC-DI-EdDSA section 3.2.1")
    return base58_decode(value[1:])


def _with_previous(proof: dict[str, Any], setting: _Setting, behind: tuple[str, ...]) -> Document:
    named = proof.get("previousProof")
    if named is None:
        return setting.document
    names = named if isinstance(named, list) else [named]
    by_id = {other.get("id"): other for other in setting.proofs if other.get("id")}
    previous = [by_id[name] for name in names if isinstance(name, str) and name in by_id and by_id[name] is not proof]
    if len(previous) != len(names):
        raise InvalidError("the proof refers to another that is not there", clause=f"{_DI} section 4.5")
    own_id = str(proof.get("id", ""))
    if own_id in behind:
        raise InvalidError("the proofs refer to each other in a circle", clause=f"{_DI} section 4.5")
    for other in previous:
        # A proof counts only if those it refers to count.
        _verify_proof(other, setting, (*behind, own_id))
    return {**setting.document, "proof": previous}


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
