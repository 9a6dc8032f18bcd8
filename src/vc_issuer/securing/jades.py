"""JAdES seals over ELM documents (ETSI TS 119 182-1 v1.2.1, profile EDC): baseline B is made, B to LTA are checked.

The payload stands unencoded (RFC 7797) and is sealed as the very bytes that were prepared. A seal that holds says that
the key of its first certificate signed these bytes. Whether to believe that certificate (`check_seal_trust`), and
whether it is the issuer's (`check_seal_binding`), are questions of their own; so is revocation.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from vc_issuer.encoding.multikey import base64url_encode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import (
    ConfigurationError,
    InconclusiveError,
    InvalidError,
    UnreadableError,
    UnsafeDocumentError,
    VcIssuerError,
)
from vc_issuer.model.credential import Document, JsonValue, SecuredCredential, Verified
from vc_issuer.model.keys import KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.securing.base import ResolveKey
from vc_issuer.securing.jades_evidence import Evidence, SealLevel, SealTimeStamp, ValidationData, check_evidence
from vc_issuer.securing.jades_header import JADES, HeaderFacts, build_header, check_header, check_sealable
from vc_issuer.securing.jades_policy import check_detached, check_policy
from vc_issuer.securing.jws import (
    Jws,
    JwsSignature,
    algorithm_for,
    encode_header,
    parse_jws,
    parse_jws_members,
    signature_octets,
    signing_input,
    verify_jws_signature,
    write_general,
)
from vc_issuer.x509 import (
    certificate_facts,
    organization_identifier,
    public_key_of,
    verify_chain,
    without_anchor,
)

MEDIA_TYPE = "application/jose+json"
# Decisions 7.6; the EU's largest sample has 11,000 values, 15 deep, in 1.3 MB.
PAYLOAD_LIMITS = JsonLimits(size=5 * 1024 * 1024, depth=32, nodes=50_000)
TimeHeader = Literal["iat", "sigT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFacts:
    """What a seal that holds says of itself.

    `certificates` are DER, leaf first; `embedded_certificates`, `revocation_lists` and `ocsp_responses` came beside it
    and are read, not believed. `claimed_time` is the sealer's word; see `proven_time`.
    """

    level: SealLevel
    algorithm: str
    time_header: str
    claimed_time: datetime
    certificates: tuple[bytes, ...]
    time_stamps: tuple[SealTimeStamp, ...]
    embedded_certificates: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]
    counter_signatures: int

    @property
    def data(self) -> ValidationData:
        """Return every certificate and revocation answer that the seal carries."""
        return ValidationData(
            certificates=tuple(dict.fromkeys((*self.certificates, *self.embedded_certificates))),
            lists=self.revocation_lists,
            responses=self.ocsp_responses,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSeals:
    """A payload and every seal over it; all of them hold."""

    payload: bytes = field(repr=False)
    seals: tuple[SealFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jades:
    """The mechanism. `time_header` is `iat` since JAdES v1.2.1 (2025-07-15); `sigT` suits viewers from before."""

    time_header: TimeHeader = "iat"

    @property
    def name(self) -> str:
        """Return `jades`."""
        return "jades"

    def recognises(self, content: bytes) -> bool:
        """Tell whether `content` is a JWS in JSON with a payload of its own."""
        try:
            return content.lstrip()[:1] == b"{" and not parse_jws(content).is_detached
        except VcIssuerError:
            return False

    def secure(self, document: Document, key: SigningKey, created: datetime) -> SecuredCredential:
        """Seal `document`, written compactly in its own order."""
        return self.seal_prepared(serialise_compact(document), key, created)

    def seal_prepared(self, payload: bytes, key: SigningKey, created: datetime) -> SecuredCredential:
        """Seal bytes that were fixed at prepare, as they are. Raises UnsafeDocumentError, ConfigurationError."""
        return seal_prepared(payload, key, created, time_header=self.time_header)

    def verify(self, content: bytes, resolve_key: ResolveKey) -> Verified:  # noqa: ARG002 -- the key is in the seal
        """Return the sealed document; the method's id names its certificate by hash (RFC 6920) and isn't resolved.

        Of several seals all must hold, and the first is reported.
        """
        verified = verify_seals(content)
        document = parse_strict(verified.payload, limits=PAYLOAD_LIMITS)
        if not isinstance(document, Mapping):
            raise InvalidError("what is sealed is not a JSON object", clause="ELM 3")
        facts = verified.seals[0]
        return Verified(
            document=document, method=seal_method(facts.certificates), created=facts.claimed_time, mechanism=self.name
        )


def seal_prepared(
    payload: bytes, key: SigningKey, created: datetime, *, time_header: TimeHeader = "iat"
) -> SecuredCredential:
    """Seal `payload` at `created` (aware UTC) as a baseline B seal; the payload's bytes are not touched.

    Raises UnsafeDocumentError if the payload is no JSON text within the limits, ConfigurationError if the key or its
    certificate can't seal, SignerError.
    """
    try:
        parse_strict(payload, limits=PAYLOAD_LIMITS)
    except UnreadableError as error:
        raise UnsafeDocumentError(f"the document can't be sealed: {error.message}.") from error
    if payload.startswith(b"\xef\xbb\xbf"):
        raise UnsafeDocumentError("the document can't be sealed: it begins with a byte order mark.")
    protected, _ = seal_header(key, created, time_header=time_header)
    text = payload.decode("utf-8")
    signature = key.sign(signing_input(protected, text), KeyPurpose.SEAL)
    return SecuredCredential(media_type=MEDIA_TYPE, content=write_general(text, protected, base64url_encode(signature)))


def seal_header(key: SigningKey, created: datetime, *, time_header: TimeHeader) -> tuple[str, str]:
    """Return the protected header of a baseline B seal as it stands in the JWS, and its algorithm.

    Raises ConfigurationError if the key or its certificate can't seal.
    """
    public_key = key.signer.public_key
    algorithm = algorithm_for(public_key)
    if algorithm is None:
        raise ConfigurationError(
            f"a {public_key.algorithm.value} key can't seal.", remedy="Make the seal key P-256, P-384 or RSA."
        )
    check_sealable(key.method.certificates, public_key, created)
    header = build_header(
        without_anchor(key.method.certificates), algorithm=algorithm, created=created, time_header=time_header
    )
    return encode_header(header), algorithm


def verify_seals(content: bytes) -> VerifiedSeals:
    """Check every seal of a credential, and all that it carries.

    Stricter than `verify_any_seals` in two things: a member that no seal covers is refused, since somebody might read
    it as part of the credential, and a seal that sets itself an end is not decided. Raises as that does.
    """
    jws = parse_jws(content)
    unsigned = [*jws.unsigned_members, *(name for one in jws.signatures for name in one.unsigned_members)]
    if unsigned:
        raise InvalidError(f"the seal's envelope holds {unsigned[0][:40]!r}, which is not sealed", clause="threat T28")
    if any("exp" in one.header for one in jws.signatures):
        raise InconclusiveError("the seal sets itself an end, which seals of credentials don't have", clause=JADES)
    return _verify(jws, detached=None)


def verify_any_seals(content: bytes, *, detached: Mapping[str, bytes] | None = None) -> VerifiedSeals:
    """Check every seal of a JWS, whatever it is over, as RFC 7515 and TS 119 182-1 have it.

    `detached` holds documents by the reference that `sigD` has for them. Raises UnreadableError, InvalidError (one
    sentence a kind of failure), InconclusiveError for what can't be checked here.
    """
    return _verify(parse_jws(content), detached=detached)


def seal_facts(content: bytes) -> SealFacts:
    """Return what the first seal says of itself, once every seal holds. Raises as `verify_seals` does."""
    return verify_seals(content).seals[0]


def payload_octets(content: bytes) -> bytes:
    """Return the sealed bytes of an envelope, unverified: UTF-8 of the unescaped payload, or base64url decoded.

    Raises UnreadableError, InvalidError.
    """
    return parse_jws(content).payload_octets()


def check_seal_trust(
    certificates: Sequence[bytes], anchors: Sequence[bytes], at: datetime, *, embedded: Sequence[bytes] = ()
) -> tuple[bytes, ...]:
    """Return the chain from a seal's certificate (the first) to a pinned anchor at a moment.

    Raises InvalidError (expired, not yet valid, broken), InconclusiveError (no anchor known above it).
    """
    return verify_chain(certificates[0], (*certificates[1:], *embedded), anchors, at)


def check_seal_binding(certificate: bytes, eidas_identifier: str) -> None:
    """Check that a seal's certificate is the issuer's: organizationIdentifier equals `issuer.eIDASIdentifier`."""
    clause = "ETSI EN 319 412-1 clause 5.1.4"
    named = organization_identifier(certificate)
    if named is None:
        raise InvalidError("the seal's certificate doesn't name its organisation by identifier", clause=clause)
    if named != eidas_identifier:
        raise InvalidError(f"the seal is {named}'s, the issuer named is {eidas_identifier}", clause=clause)


def seal_method(certificates: tuple[bytes, ...]) -> VerificationMethod:
    """Return the method of a seal's certificate: its id is the certificate's name by hash (RFC 6920)."""
    leaf = certificates[0]
    facts = certificate_facts(leaf)
    return VerificationMethod(
        id=f"ni:///sha-256;{base64url_encode(hashlib.sha256(leaf).digest())}",
        controller=facts.organization_identifier,
        public_key=public_key_of(leaf),
        valid_from=facts.not_before,
        expires=facts.not_after,
        certificates=certificates,
    )


def _verify(jws: Jws, *, detached: Mapping[str, bytes] | None) -> VerifiedSeals:
    seals: list[SealFacts] = []
    unclear: list[InconclusiveError] = []
    for signature in jws.signatures:
        try:
            seals.append(_verify_one(jws, signature, detached))
        except InconclusiveError as error:
            unclear.append(error)
    # A seal that is false outweighs one that can't be checked, so every one is looked at first.
    if unclear:
        raise unclear[0]
    return VerifiedSeals(payload=jws.payload_octets(), seals=tuple(seals))


def _verify_one(jws: Jws, signature: JwsSignature, detached: Mapping[str, bytes] | None) -> SealFacts:
    header = check_header(signature)
    doubts = [*check_detached(jws, signature, detached), *check_policy(signature)]
    verify_jws_signature(
        header.algorithm,
        header.public_key,
        signature=signature_octets(signature),
        message=signing_input(signature.protected, jws.payload),
    )
    evidence = check_evidence(jws, signature, header.certificates[0])
    doubts += evidence.doubts
    for counter in evidence.counter_signatures:
        doubts += _check_counter_signature(counter, signature)
    if doubts:
        raise InconclusiveError("; ".join(dict.fromkeys(doubts)), clause=JADES)
    return _facts(header, evidence)


def _facts(header: HeaderFacts, evidence: Evidence) -> SealFacts:
    return SealFacts(
        level=evidence.level,
        algorithm=header.algorithm,
        time_header=header.time_header,
        claimed_time=header.claimed_time,
        certificates=header.certificates,
        time_stamps=evidence.time_stamps,
        embedded_certificates=evidence.certificates,
        revocation_lists=evidence.revocation_lists,
        ocsp_responses=evidence.ocsp_responses,
        counter_signatures=len(evidence.counter_signatures),
    )


def _check_counter_signature(value: JsonValue, signature: JwsSignature) -> list[str]:
    """Check a signature over this one's value (clause 5.3.2): its payload is that value, attached or not."""
    clause = f"{JADES} clause 5.3.2"
    try:
        inner = parse_jws(value.encode("utf-8")) if isinstance(value, str) else parse_jws_members(value)
    except UnreadableError as error:
        raise InvalidError("a counter signature can't be read", clause=clause) from error
    if inner.payload and inner.payload != signature.signature:
        raise InvalidError("a counter signature is over another signature", clause=clause)
    doubts: list[str] = []
    for one in inner.signatures:
        try:
            header = check_header(one)
            verify_jws_signature(
                header.algorithm,
                header.public_key,
                signature=signature_octets(one),
                message=signing_input(one.protected, signature.signature),
            )
        except InvalidError as error:
            raise InvalidError(f"a counter signature doesn't hold: {error.message}", clause=clause) from error
        if one.unprotected or "sigD" in one.header or not one.is_encoded:
            doubts.append("a counter signature carries more than can be checked here")
    return doubts
