"""RFC 3161 time-stamp tokens: what a token says, and whether its own authority signed it; pure.

Whether that authority is to be believed is another question: verify_chain answers it, at the token's time.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.x509.cms import (
    SignedData,
    check_attributes,
    check_signature,
    read_hash,
    read_signed_data,
    signer_certificate,
)
from vc_issuer.x509.der import INTEGER, read_der

_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_GENERALIZED_TIME = 0x18
_TSP = "RFC 3161"
_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,6})\d*)?Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """What a token says, unverified: its time, what it stamps (hash and its name), and the certificates it carries."""

    time: datetime
    hash_name: str
    imprint: bytes
    policy: str
    serial: int
    nonce: int | None
    data: SignedData = field(repr=False)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """Return the certificates that the token carries, as they stand."""
        return self.data.certificates

    def stamps(self, message: bytes) -> bool:
        """Tell whether the token's imprint is that of `message`."""
        return hashlib.new(self.hash_name, message).digest() == self.imprint


def read_time_stamp(token: bytes) -> TimeStamp:
    """Parse a TimeStampToken (a CMS SignedData over TSTInfo). Raises UnreadableError, InconclusiveError."""
    try:
        return _read_token(token)
    except (IndexError, ValueError, TypeError) as error:
        raise UnreadableError("the time-stamp token can't be parsed") from error


def verify_time_stamp(stamp: TimeStamp, message: bytes, others: Sequence[bytes] = ()) -> tuple[bytes, ...]:
    """Check that `stamp` is over `message` and that its own authority signed it; return that certificate and the rest.

    `others` are certificates (DER) from beside the token, for tokens that carry none.
    Raises InvalidError for each thing that is false, InconclusiveError if the certificate is not at hand.
    """
    if not stamp.stamps(message):
        raise InvalidError("it is over something else", clause=f"{_TSP} section 2.4.2", indication="HASH_FAILURE")
    certificate = signer_certificate(stamp.data, others)
    content = stamp.data.content or b""
    check_attributes(stamp.data, certificate, lambda digest: hashlib.new(digest.name, content).digest())
    check_signature(stamp.data.signer, certificate)
    _check_purpose(stamp, certificate)
    leaf = certificate.public_bytes(Encoding.DER)
    return (leaf, *(der for der in (*stamp.certificates, *others) if der != leaf))


def _read_token(token: bytes) -> TimeStamp:
    data = read_signed_data(read_der(token))
    if data.content_type != _TST_INFO or data.content is None:
        raise UnreadableError("the time-stamp token holds no TSTInfo")
    information = read_der(data.content).children()
    algorithm, imprint = information[2].children()
    time = next((node for node in information[4:] if node.tag == _GENERALIZED_TIME), None)
    if time is None:
        raise UnreadableError("the time-stamp token states no time")
    return TimeStamp(
        time=_time(time.content),
        hash_name=read_hash(algorithm).name,
        imprint=imprint.octets(),
        policy=information[1].oid(),
        serial=information[3].integer(),
        # After the time only the nonce is a bare INTEGER (RFC 3161 section 2.4.2).
        nonce=next((node.integer() for node in information[5:] if node.tag == INTEGER), None),
        data=data,
    )


def _check_purpose(stamp: TimeStamp, certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise InvalidError("its certificate is not for time-stamping", clause=f"{_TSP} section 2.3") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise InvalidError("its certificate is not for time-stamping alone", clause=f"{_TSP} section 2.3")
    if not certificate.not_valid_before_utc <= stamp.time <= certificate.not_valid_after_utc:
        raise InvalidError("its certificate was not valid at that time", clause=f"{_TSP} section 2.3")


def _time(content: bytes) -> datetime:
    parts = _TIME.fullmatch(content)
    if parts is None:
        raise UnreadableError("the time-stamp's time is malformed")
    moment = datetime.strptime(parts[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=int((parts[2] or b"").ljust(6, b"0")))
