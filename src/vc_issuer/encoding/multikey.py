"""Multikey (CID 1.0 section 2.2.2) and the base58btc and base64url under it, decoded canonically (decisions 7.7)."""

import base64
import binascii

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_MAX_BASE58 = 200  # a Multikey or a proof value has at most 150 characters; decoding takes quadratic time

_PREFIXES = {
    KeyAlgorithm.ED25519: b"\xed\x01",
    KeyAlgorithm.P256: b"\x80\x24",
    KeyAlgorithm.P384: b"\x81\x24",
}
_CURVES: dict[KeyAlgorithm, ec.EllipticCurve] = {KeyAlgorithm.P256: ec.SECP256R1(), KeyAlgorithm.P384: ec.SECP384R1()}

# Keys of small order: a signature under them can be made without a secret. Compared with bit 255 cleared.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
)


def base58_encode(content: bytes) -> str:
    """Encode as base58btc without a multibase prefix."""
    zeros = len(content) - len(content.lstrip(b"\0"))
    number = int.from_bytes(content)
    pairs: list[str] = []
    # Four digits at a time: a divisor that fits one digit of Python's own integers divides fast.
    while number:
        number, four = divmod(number, 58**4)
        pairs += (_PAIRS[four % 58**2], _PAIRS[four // 58**2])
    return "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def base58_decode(text: str) -> bytes:
    """Decode base58btc. Raises InvalidError for anything else."""
    if len(text) > _MAX_BASE58 or not _VALUES.keys() >= {*text}:
        raise InvalidError("the value is not base58btc", clause="CID 1.0 section 2.4")
    number = 0
    for character in text:
        number = number * 58 + _VALUES[character]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def base64url_encode(content: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Decode base64url without padding; a last character with spare bits set is malformed. Raises InvalidError."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError("the value is not base64url", clause="RFC 4648 section 5") from error
    if base64url_encode(content) != text:
        raise InvalidError("the value is not base64url in its one canonical form", clause="RFC 4648 section 3.5")
    return content


def encode_multikey(key: PublicKey) -> str:
    """Return a public key as a Multikey: `z`, then base58btc of the multicodec prefix and the raw key."""
    return "z" + base58_encode(encode_multikey_bytes(key))


def encode_multikey_bytes(key: PublicKey) -> bytes:
    """Return the bytes of a Multikey: the multicodec prefix and the raw key. Raises InvalidError for an RSA key."""
    prefix = _PREFIXES.get(key.algorithm)
    if prefix is None:
        raise InvalidError(f"a Multikey can't hold a {key.algorithm.value} key", clause="CID 1.0 section 2.2.2")
    loaded = load_der_public_key(key.der)
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        return prefix + loaded.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return prefix + loaded.public_bytes(Encoding.Raw, PublicFormat.Raw)


def decode_multikey(text: str) -> PublicKey:
    """Return the public key that a Multikey holds. Raises InvalidError: header, prefix, point, or a small-order key."""
    if not text.startswith("z"):
        raise InvalidError("a Multikey begins with z (base58btc)", clause="CID 1.0 section 2.2.2")
    return decode_multikey_bytes(base58_decode(text[1:]))


def decode_multikey_bytes(content: bytes) -> PublicKey:
    """Return the public key that the bytes of a Multikey hold. Raises InvalidError."""
    algorithm = next((known for known, prefix in _PREFIXES.items() if content.startswith(prefix)), None)
    if algorithm is None:
        raise InvalidError("the Multikey holds a key of an unknown type", clause="CID 1.0 section 2.2.2")
    return public_key_from_raw(algorithm, content[2:])


def public_key_from_raw(algorithm: KeyAlgorithm, raw: bytes) -> PublicKey:
    """Return the public key from its raw bytes (Ed25519) or compressed point (P-256, P-384). Raises InvalidError."""
    try:
        if algorithm is KeyAlgorithm.ED25519:
            refuse_small_order(raw)
            loaded: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey = ed25519.Ed25519PublicKey.from_public_bytes(
                raw
            )
        else:
            if len(raw) != 1 + (_CURVES[algorithm].key_size // 8) or raw[0] not in (2, 3):
                raise InvalidError("the key is not a compressed point", clause="CID 1.0 section 2.2.2")
            loaded = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[algorithm], raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidError("the key is not a point of its curve", clause="CID 1.0 section 2.2.2") from error
    return PublicKey(algorithm=algorithm, der=loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def refuse_small_order(raw: bytes) -> None:
    """Raise InvalidError if an Ed25519 key is of small order (threat T12)."""
    if len(raw) == 32 and raw[:31] + bytes([raw[31] & 0x7F]) in _SMALL_ORDER:
        raise InvalidError("the Ed25519 key is of small order, so anybody could sign under it", clause="threat T12")
