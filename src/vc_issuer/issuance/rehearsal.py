"""Sign a copy with a key that is thrown away, so that nothing reaches the real key that it could not sign.

The first document of each shape is rehearsed, and one in SAMPLE after it: what canonicalisation loses depends on
shape. The real signing refuses losses again, for every document.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.errors import ConfigurationError
from vc_issuer.issuance.profile import ProofPlan
from vc_issuer.issuance.signing import check_secured, proof_of, secure_part
from vc_issuer.model.credential import Document, FormatName, JsonValue
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, SigningKey, VerificationMethod
from vc_issuer.store.credentials import PreparedPart

SAMPLE = 25


class ThrowawaySigner:
    """An Ed25519 key that lives as long as this object."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = PublicKey(algorithm=KeyAlgorithm.ED25519, der=der)

    def sign(self, message: bytes) -> bytes:
        """Sign `message`, as the Signer protocol says."""
        return self._key.sign(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None


class Rehearsal:
    """Rehearse signing with one throw-away key; remembers which shapes went well."""

    def __init__(self, plan: ProofPlan, *, secret: bytes, created: datetime) -> None:
        signer = ThrowawaySigner(secret)
        if signer.public_key.algorithm not in proof_of(plan).suite.hashes:
            # An ECDSA suite hashes and canonicalises alike; only the signature differs.
            plan = replace(plan, mechanism="eddsa-rdfc-2022")
        controller, _, _ = plan.key_id.partition("#")
        method = VerificationMethod(id=plan.key_id, controller=controller, public_key=signer.public_key)
        self._key = SigningKey(method=method, signer=signer)
        self._plan = plan
        self._created = created
        self._seen: set[str] = set()
        self._count = 0

    def try_signing(self, part: PreparedPart, document: Document) -> None:
        """Sign and verify a copy if its shape is new or its turn has come. Raises what signing would raise."""
        if part.format is not FormatName.OB3:
            raise ConfigurationError("only badges are rehearsed; a seal covers bytes whatever they say.")
        self._count += 1
        shape = shape_of(document)
        if shape in self._seen and self._count % SAMPLE:
            return
        secured = secure_part(part, self._plan, self._key, self._created)
        check_secured(part, secured, self._plan, self._key.method)
        self._seen.add(shape)


def shape_of(document: Document) -> str:
    """Return a hash of a document's structure: member names, lengths, kinds of values, contexts and types."""
    return hashlib.sha256(repr(_shape(document)).encode()).hexdigest()


def _shape(value: JsonValue, name: str = "") -> object:
    if isinstance(value, str):
        # Contexts and types decide what the other members mean.
        return value if name in {"@context", "type"} else "s"
    if isinstance(value, bool | int | float) or value is None:
        return type(value).__name__
    if not hasattr(value, "keys"):
        return [_shape(item, name) for item in value]
    return {member: _shape(item, member) for member, item in value.items()}  # type: ignore[union-attr]  # a mapping
