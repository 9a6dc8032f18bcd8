"""Checkpoints: the size, root and time of a log, as a signed note (C2SP tlog-checkpoint and signed-note, Ed25519).

Line 1 is the log's origin, 2 its size, 3 its root in base64, 4 the time (an extension line of ours, UTC); a blank line
ends the text that is signed. A signature line holds the first four bytes of SHA-256(name, LF, 1, key), then r||s.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vc_issuer.did import did_web_url
from vc_issuer.errors import ConfigurationError, InvalidError, UnreadableError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, PublicKey, SigningKey, VerificationMethod
from vc_issuer.securing.signatures import verify_signature
from vc_issuer.transparency.merkle import HASH_BYTES

MAX_NOTE_BYTES = 4096
_CLAUSE = "C2SP signed-note"
_ED25519 = b"\x01"
_TEXT = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9]\d{0,17})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
)
_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/]{91}=)")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log was at a time. `origin` names it, without scheme; `time` is aware UTC, to the second."""

    origin: str
    size: int
    root: bytes
    time: datetime

    @property
    def text(self) -> str:
        """Return the text that is signed."""
        root, moment = base64.b64encode(self.root).decode(), self.time.astimezone(UTC).strftime(_TIME)
        return f"{self.origin}\n{self.size}\n{root}\ntime {moment}\n"


def log_origin(did: str) -> str:
    """Return the name of the log of the issuer with this did:web: its host, and `/log`."""
    return f"{urlsplit(did_web_url(did)).netloc}/log"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Return a checkpoint as a signed note. Raises ConfigurationError unless the key is Ed25519, SignerError."""
    if key.method.public_key.algorithm is not KeyAlgorithm.ED25519:
        raise ConfigurationError("a checkpoint is signed by an Ed25519 key.", remedy="Make one: keys new metadata")
    signature = key.sign(checkpoint.text.encode(), KeyPurpose.METADATA)
    value = base64.b64encode(key_hash(checkpoint.origin, key.method.public_key) + signature).decode()
    return f"{checkpoint.text}\n— {checkpoint.origin} {value}\n".encode()


def key_hash(name: str, key: PublicKey) -> bytes:
    """Return the four bytes by which a signature line names its key."""
    loaded = load_der_public_key(key.der)
    raw = loaded.public_bytes_raw() if isinstance(loaded, Ed25519PublicKey) else b""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def read_checkpoint(note: bytes) -> tuple[Checkpoint, bytes, bytes]:
    """Take a note apart, unverified: the checkpoint, the hash of its key, the signature. Raises UnreadableError."""
    try:
        text = note.decode("utf-8") if len(note) <= MAX_NOTE_BYTES else ""
        body, _, lines = text.partition("\n\n")
        found = _TEXT.fullmatch(body + "\n")
        signed = _SIGNATURE.fullmatch(lines.removesuffix("\n"))
        if found is None or signed is None or signed["name"] != found["origin"]:
            raise UnreadableError("this is no checkpoint of a log")
        value = base64.b64decode(signed["value"], validate=True)
        moment = datetime.strptime(found["time"], _TIME).replace(tzinfo=UTC)
        root = base64.b64decode(found["root"], validate=True)
    except (ValueError, binascii.Error) as error:
        raise UnreadableError("this is no checkpoint of a log") from error
    checkpoint = Checkpoint(origin=found["origin"], size=int(found["size"]), root=root[:HASH_BYTES], time=moment)
    return checkpoint, value[:4], value[4:]


def verify_checkpoint(
    note: bytes, methods: Iterable[VerificationMethod], *, origin: str, proven_at: datetime | None = None
) -> Checkpoint:
    """Return a checkpoint of the log `origin` that one of `methods` signed. Raises InvalidError, UnreadableError.

    A key that was taken back vouches for nothing, because whoever has it could write any time; but for a checkpoint
    that a time-stamp proved to exist before (`proven_at`), it was still the log's own hand.
    """
    checkpoint, named, signature = read_checkpoint(note)
    if checkpoint.origin != origin:
        raise InvalidError(f"the checkpoint is of {checkpoint.origin[:80]}, not of {origin}", clause=_CLAUSE)
    for method in methods:
        key = method.public_key
        stands = _held(method, proven_at) and not _after(checkpoint.time, method.expires)
        if key.algorithm is KeyAlgorithm.ED25519 and stands and key_hash(origin, key) == named:
            verify_signature(key, signature, checkpoint.text.encode())
            return checkpoint
    raise InvalidError("the checkpoint is signed by no key of the log that stands", clause=_CLAUSE)


def _held(method: VerificationMethod, proven_at: datetime | None) -> bool:
    return method.revoked is None or (proven_at is not None and proven_at < method.revoked)


def _after(moment: datetime, end: datetime | None) -> bool:
    return end is not None and moment > end
