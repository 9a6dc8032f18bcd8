"""Secure a copy with a key that is thrown away, so that nothing reaches the real key that it could not sign.

The first badge of each shape is rehearsed, and one in SAMPLE after it: what canonicalisation loses depends on shape.
A seal covers bytes whatever they say, so the first credential and one in SAMPLE are enough. The real signing refuses
losses again, for every document.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.issuance.profile import IssuingProfile, ProofPlan
from vc_issuer.issuance.signing import check_secured, proof_of, secure_part
from vc_issuer.model.credential import Document, FormatName, JsonValue, SecuredCredential
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, SigningKey, VerificationMethod
from vc_issuer.model.parties import Organisation
from vc_issuer.store.credentials import PreparedPart
from vc_issuer.x509 import SealSubject, Validity, issue_seal_certificate, make_demo_ca

SAMPLE = 25
_NAME = "Rehearsal"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2 section 2.4.2


class ThrowawaySigner:
    """A key that lives as long as this object: Ed25519 for proofs, P-256 for seals."""

    def __init__(self, key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        algorithm = KeyAlgorithm.ED25519 if isinstance(key, ed25519.Ed25519PrivateKey) else KeyAlgorithm.P256
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = PublicKey(algorithm=algorithm, der=der)

    def sign(self, message: bytes) -> bytes:
        """Sign `message`, as the Signer protocol says."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedCopy:
    """A secured copy of a prepared part; `verify` raises one of our errors if such a copy doesn't hold."""

    content: bytes = field(repr=False)
    verify: Callable[[bytes], None]


class Rehearsal:
    """Rehearse securing with throw-away keys; remembers which shapes went well. A pickled copy makes its keys anew."""

    def __init__(self, profile: IssuingProfile, *, secret: bytes, created: datetime) -> None:
        self._profile = profile
        self._secret = secret
        self._created = created
        self._shapes: set[str] = set()
        self._counts: Counter[FormatName] = Counter()
        self._setting: dict[FormatName, tuple[ProofPlan, SigningKey]] = {}

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_setting": {}}

    def knows(self, shape: str) -> bool:
        """Tell whether a document of this shape went well."""
        return shape in self._shapes

    def remember(self, shape: str) -> None:
        """Note that a document of this shape went well."""
        self._shapes.add(shape)

    def copy_of(self, part: PreparedPart, shape: str = "") -> RehearsedCopy | None:
        """Secure a copy if the shape is new or its turn has come. Raises what securing would raise."""
        turn = self._counts[part.format]
        self._counts[part.format] += 1
        if turn % SAMPLE and (part.format is FormatName.ELM or self.knows(shape)):
            return None
        if part.format not in self._setting:
            self._setting[part.format] = self._seal() if part.format is FormatName.ELM else self._proof()
        plan, key = self._setting[part.format]

        def verify(content: bytes) -> None:
            secured = SecuredCredential(media_type="", content=content)
            check_secured(part, secured, plan, key.method, guarded=True)

        secured = secure_part(part, plan, key, self._created)
        return RehearsedCopy(content=secured.content, verify=verify)

    def _ed25519(self) -> ThrowawaySigner:
        return ThrowawaySigner(ed25519.Ed25519PrivateKey.from_private_bytes(self._secret))

    def _proof(self) -> tuple[ProofPlan, SigningKey]:
        plan, signer = self._profile.ob3, self._ed25519()
        if signer.public_key.algorithm not in proof_of(plan).suite.hashes:
            # An ECDSA suite hashes and canonicalises alike; only the signature differs.
            plan = replace(plan, mechanism="eddsa-rdfc-2022")
        controller, _, _ = plan.key_id.partition("#")
        method = VerificationMethod(id=plan.key_id, controller=controller, public_key=signer.public_key)
        return plan, SigningKey(method=method, signer=signer)

    def _seal(self) -> tuple[ProofPlan, SigningKey]:
        number = int.from_bytes(hashlib.sha256(self._secret).digest()) % (_P256_ORDER - 1) + 1
        signer = ThrowawaySigner(ec.derive_private_key(number, ec.SECP256R1()))
        certificate = self._certificate(self._profile.issuer, signer.public_key)
        method = VerificationMethod(
            id=self._profile.elm.key_id,
            controller=self._profile.did,
            public_key=signer.public_key,
            certificates=(certificate,),
        )
        return self._profile.elm, SigningKey(method=method, signer=signer)

    def _certificate(self, issuer: Organisation, public_key: PublicKey) -> bytes:
        day = timedelta(days=1)
        life = Validity(not_before=self._created - day, not_after=self._created + day)
        country, authority = issuer.address.country, self._ed25519()
        ca = make_demo_ca(_NAME, authority, country=country, serial=1, validity=life)
        subject = SealSubject(
            organisation=_NAME, eidas_identifier=issuer.eidas, country=country, common_name=f"{_NAME} seal"
        )
        return issue_seal_certificate(ca, authority, public_key=public_key, subject=subject, serial=2, validity=life)


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
