"""The protected header of a JAdES baseline signature (ETSI TS 119 182-1 v1.2.1 clauses 5.1, 5.2 and 6.3)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.errors import ConfigurationError, InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.keys import PublicKey
from vc_issuer.securing.jws import JwsSignature, check_critical, check_no_key_from_outside
from vc_issuer.x509 import certificate_facts, issuer_serial, public_key_of

JADES = "ETSI TS 119 182-1"
HASHES: Mapping[str, str] = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}
MAX_CERTIFICATES = 20  # as many as a chain is searched in (x509.chain)
_UNDERSTOOD = frozenset(  # TS 119 182-1 clause 5.1.9, as DSS 6.4 reads it
    ("b64", "sigD", "sigT", "iat", "exp", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "etsiU")
)
_MUST_BE_CRITICAL = frozenset({"b64", "sigD"})
_REFERENCES = ("x5t#S256", "x5t#o", "sigX5ts")
_SIGT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LATEST = 253_402_300_799  # 9999-12-31: later seconds are milliseconds by mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """What a checked header says: its certificates (DER, leaf first), the leaf's key, and the time it claims."""

    algorithm: str
    certificates: tuple[bytes, ...]
    public_key: PublicKey
    time_header: str
    claimed_time: datetime


def build_header(
    certificates: tuple[bytes, ...], *, algorithm: str, created: datetime, time_header: str
) -> dict[str, JsonValue]:
    """Return the header of a baseline B seal, its members in the order that the EU's samples have."""
    leaf = certificates[0]
    moment: JsonValue = int(created.timestamp()) if time_header == "iat" else f"{created:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "alg": algorithm,
        "cty": "octet-stream",
        "kid": base64.b64encode(issuer_serial(leaf)).decode("ascii"),
        "x5t#S256": base64url_encode(hashlib.sha256(leaf).digest()),
        "x5c": [base64.b64encode(der).decode("ascii") for der in certificates],
        "typ": "jose+json",
        "b64": False,
        time_header: moment,
        "crit": ["b64"] if time_header == "iat" else ["b64", "sigT"],
    }


def check_sealable(certificates: tuple[bytes, ...], key: PublicKey, created: datetime) -> None:
    """Raise ConfigurationError unless the leaf is this key's certificate and holds at `created`."""
    if not certificates:
        raise ConfigurationError("the seal key has no certificate.", remedy="Name it in keys.seal_certificates.")
    if public_key_of(certificates[0]) != key:
        raise ConfigurationError(
            "the seal's certificate is another key's.", remedy="Put the certificate of the seal key first."
        )
    facts = certificate_facts(certificates[0])
    if not facts.not_before <= created <= facts.not_after:
        raise ConfigurationError(
            f"the seal's certificate holds from {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d} only.",
            remedy="Have a new one issued.",
        )


def check_header(signature: JwsSignature) -> HeaderFacts:
    """Check every rule on the header that needs no payload. Raises InvalidError, one sentence a kind."""
    header = signature.header
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        raise InvalidError("the seal names no signature algorithm", clause=f"{JADES} clause 5.1.2")
    check_no_key_from_outside(signature)
    check_critical(signature, understood=_UNDERSTOOD, required=_MUST_BE_CRITICAL)
    if not isinstance(header.get("b64", True), bool):
        raise InvalidError("the header b64 is neither true nor false", clause="RFC 7797 section 3")
    time_header, claimed_time = _claimed_time(header)
    certificates = _certificates(header)
    _check_reference(header, certificates[0])
    try:
        public_key = public_key_of(certificates[0])
    except InconclusiveError as error:
        raise InconclusiveError(
            f"the seal can't be checked: {error.message}", clause=f"{JADES} clause 5.1.8"
        ) from error
    return HeaderFacts(
        algorithm=algorithm,
        certificates=certificates,
        public_key=public_key,
        time_header=time_header,
        claimed_time=claimed_time,
    )


def standard_base64(text: JsonValue) -> bytes:
    """Decode base64 as X.509 and PKI values in JAdES have it: padded, no spaces. Raises ValueError."""
    try:
        return base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _claimed_time(header: Mapping[str, JsonValue]) -> tuple[str, datetime]:
    clause = f"{JADES} clauses 5.1.11 and 5.2.1"
    present = [name for name in ("iat", "sigT") if name in header]
    if len(present) != 1:
        raise InvalidError("the seal needs exactly one of the headers iat and sigT", clause=clause)
    value = header[present[0]]
    if present == ["iat"]:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LATEST:
            raise InvalidError("the header iat is not a time in whole seconds", clause=clause)
        return "iat", datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str) or not _SIGT.fullmatch(value):
        raise InvalidError("the header sigT is not a time in UTC to the second", clause=clause)
    try:
        return "sigT", datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidError("the header sigT is not a time in UTC to the second", clause=clause) from error


def _certificates(header: Mapping[str, JsonValue]) -> tuple[bytes, ...]:
    clause = f"{JADES} clause 5.1.8"
    listed = header.get("x5c")
    if listed is None:
        raise InconclusiveError("the seal doesn't carry its certificate", clause=clause)
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_CERTIFICATES:
        raise InvalidError("the header x5c is not a list of certificates", clause=clause)
    try:
        certificates = tuple(standard_base64(text) for text in listed)
        for der in certificates:
            certificate_facts(der)
    except (ValueError, VcIssuerError) as error:
        raise InvalidError("a certificate in the header x5c can't be read", clause=clause) from error
    return certificates


def _check_reference(header: Mapping[str, JsonValue], leaf: bytes) -> None:
    clause = f"{JADES} clauses 5.1.7 and 5.2.2"
    if "x5t" in header:
        raise InvalidError("the header x5t rests on SHA-1 and is forbidden", clause=clause)
    present = [name for name in _REFERENCES if name in header]
    if len(present) != 1:
        raise InvalidError("the seal needs exactly one reference to its certificate by hash", clause=clause)
    value = header[present[0]]
    references = value if present == ["sigX5ts"] else [value]
    if present == ["x5t#S256"]:
        references = [{"digAlg": "S256", "digVal": value}]
    if not isinstance(references, list) or not references or not isinstance(references[0], Mapping):
        raise InvalidError("the reference to the seal's certificate is malformed", clause=clause)
    algorithm, stated = references[0].get("digAlg"), references[0].get("digVal")
    if not isinstance(algorithm, str) or algorithm not in HASHES or not isinstance(stated, str):
        raise InvalidError("the reference to the seal's certificate is malformed", clause=clause)
    if base64url_decode(stated) != hashlib.new(HASHES[algorithm], leaf).digest():
        raise InvalidError("the certificate is not the one that the seal names by its hash", clause=clause)
