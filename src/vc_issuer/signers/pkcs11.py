"""Keys in a hardware token behind PKCS #11 (OASIS 2.40, 3.0): they are made there, sign there, and never leave it.

A URI is such as `pkcs11:token=uzb;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so`; the PIN comes from a file.
Hashing is done here, so that no document crosses to the token; Ed25519 alone takes the message itself (RFC 8032).
"""

import hashlib
import os
from contextlib import ExitStack
from typing import Any, NoReturn, Self

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass, PrivateKey, Session
from pkcs11.exceptions import PKCS11Error
from pkcs11.util.ec import encode_named_curve_parameters

from vc_issuer.errors import ConfigurationError, SignerError, UnreadableError
from vc_issuer.model.keys import HashSigner, KeyAlgorithm, PublicKey
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.token import Token, find_private_key, token_of
from vc_issuer.signers.token_uri import TokenUri, parse_token_uri
from vc_issuer.x509.der import read_der

MIN_RSA_BITS, NEW_RSA_BITS = 2048, 3072  # ETSI TS 119 312: 3072 beyond 2028
_ID_BYTES = 16
_ED25519_OID = bytes.fromhex("06032b6570")  # RFC 8410 section 3
# PKCS #11 3.0 section 2.3.5 lets a token name the curve by a PrintableString too.
_ED25519_PARAMETERS = frozenset({_ED25519_OID, bytes.fromhex("130c656477617264733235353139")})
_CURVES = {
    KeyAlgorithm.P256: ("secp256r1", ec.SECP256R1(), hashlib.sha256, 32),
    KeyAlgorithm.P384: ("secp384r1", ec.SECP384R1(), hashlib.sha384, 48),
}
_BY_PARAMETERS = {encode_named_curve_parameters(name): algorithm for algorithm, (name, *_) in _CURVES.items()}
# DigestInfo of SHA-256 (RFC 8017 section 9.2 note 1): the token then needs no hash of its own.
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
_DER_SEQUENCE = 0x30


class Pkcs11Signer(HashSigner):
    """A signer whose key lies on a token. Use it as a context manager."""

    def __init__(self, uri: TokenUri, *, pin: str) -> None:
        self._uri = uri
        self._pin = pin
        self._token: Token | None = None
        self._public: PublicKey | None = None
        self._handle: tuple[int, PrivateKey] | None = None

    def __repr__(self) -> str:
        return f"Pkcs11Signer('pkcs11:{self._uri.location}')"

    def __getstate__(self) -> NoReturn:
        raise SignerError("a signer is not copied to another process.", remedy="Open it there, by its URI and PIN.")

    def __enter__(self) -> Self:
        """Open the token's session and find the key. Raises ConfigurationError, SignerError."""
        token = token_of(self._uri)
        token.join(self._pin)
        with ExitStack() as stack:
            stack.callback(token.leave)
            self._public = token.use(lambda session: _public_half(session, find_private_key(session, self._uri)))
            stack.pop_all()
        self._token = token
        return self

    def __exit__(self, *exc: object) -> None:
        token, self._token, self._handle = self._token, None, None
        if token is not None:
            token.leave()

    @property
    def public_key(self) -> PublicKey:
        """Return the public half. Raises SignerError outside a session."""
        self._open()
        if self._public is None:
            raise SignerError("the key is not open.", remedy="Use the signer as a context manager.")
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Sign `message`, as the Signer protocol says. Raises SignerError; retryable while the token is away."""
        token, algorithm = self._open(), self.public_key.algorithm
        if algorithm is KeyAlgorithm.ED25519:
            return self._ask(token, message, Mechanism.EDDSA)
        if algorithm is KeyAlgorithm.RSA_SHA256:
            info = _SHA256_PREFIX + hashlib.sha256(message).digest()
            return self._ask(token, info, Mechanism.RSA_PKCS)
        _, _, hash_of, width = _CURVES[algorithm]
        return _raw(self._ask(token, hash_of(message).digest(), Mechanism.ECDSA), width)

    def sign_sha256(self, digest: bytes) -> bytes:
        """Sign the message with this SHA-256, as HashSigner says. Raises SignerError as `sign` does."""
        return _raw(self._ask(self._open(), digest, Mechanism.ECDSA), _CURVES[KeyAlgorithm.P256][-1])

    def _ask(self, token: Token, content: bytes, mechanism: Mechanism) -> bytes:
        signature: bytes = token.use(lambda session: self._key(session).sign(content, mechanism=mechanism))
        return signature

    def _open(self) -> Token:
        if self._token is None:
            raise SignerError("the key is not open.", remedy="Use the signer as a context manager.")
        return self._token

    def _key(self, session: Session) -> Any:
        """Return the key's handle in this session: looked up once for each."""
        generation = self._open().generation
        if self._handle is None or self._handle[0] != generation:
            self._handle = (generation, find_private_key(session, self._uri))
        return self._handle[1]


def signer_for(location: str, access: KeyAccess) -> Pkcs11Signer:
    """Return the signer that `pkcs11:LOCATION` names."""
    return Pkcs11Signer(parse_token_uri(location), pin=access.secret.decode())


def new_location(location: str, name: str) -> str:
    """Return where a new key called `name` will lie on the token that `location` names."""
    return parse_token_uri(location).with_label(name).location


def create_key(location: str, algorithm: KeyAlgorithm, access: KeyAccess) -> PublicKey:
    """Make a key on the token: private, sensitive, never extractable, for signing only; return its public half.

    Raises ConfigurationError if the label is taken, or the token can't make such keys.
    """
    uri = parse_token_uri(location)
    token = token_of(uri)
    token.join(access.secret.decode())
    try:
        with token.writable() as session:
            if list(session.get_objects({Attribute.LABEL: uri.label})):
                raise ConfigurationError(
                    f"the token {token.name} holds a {uri.label} already.", remedy="A key is never overwritten."
                )
            return _public_half(session, _generate(session, algorithm, uri.label))
    except PKCS11Error as error:
        raise ConfigurationError(
            f"the token {token.name} can't make a {algorithm.value} key ({type(error).__name__}).",
            remedy="Ask its maker which keys it knows, or choose another algorithm.",
        ) from error
    finally:
        token.leave()


def _generate(session: Session, algorithm: KeyAlgorithm, label: str) -> PrivateKey:
    # What a token allows by default differs: every attribute that keeps the key inside is asked for by name.
    private = {
        Attribute.TOKEN: True,
        Attribute.PRIVATE: True,
        Attribute.SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.SIGN: True,
        Attribute.DECRYPT: False,
        Attribute.UNWRAP: False,
        Attribute.DERIVE: False,
    }
    common: dict[str, Any] = {
        "id": os.urandom(_ID_BYTES),
        "label": label,
        "store": True,
        "capabilities": MechanismFlag.SIGN | MechanismFlag.VERIFY,
        "private_template": private,
    }
    if algorithm is KeyAlgorithm.RSA_SHA256:
        return session.generate_keypair(KeyType.RSA, NEW_RSA_BITS, **common)[1]
    if algorithm is KeyAlgorithm.ED25519:
        parameters = session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519_OID}, local=True
        )
        return parameters.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, **common)[1]
    encoded = encode_named_curve_parameters(_CURVES[algorithm][0])
    parameters = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: encoded}, local=True)
    return parameters.generate_keypair(**common)[1]


def _public_half(session: Session, private: PrivateKey) -> PublicKey:
    """Read the public key that lies beside a private one, under the same id (or label)."""
    same = {Attribute.ID: private.id} if private.id else {Attribute.LABEL: private.label}
    found = list(session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, **same}))
    if not found:
        raise ConfigurationError(
            "no public key lies beside the private one on the token.",
            remedy="Import its public half under the same id.",
        )
    public, kind = found[0], private.key_type
    if kind == KeyType.RSA:
        return _rsa(int.from_bytes(public[Attribute.MODULUS]), int.from_bytes(public[Attribute.PUBLIC_EXPONENT]))
    if kind == KeyType.EC_EDWARDS and public[Attribute.EC_PARAMS] in _ED25519_PARAMETERS:
        point = _point(public[Attribute.EC_POINT], 32)
        return _public(KeyAlgorithm.ED25519, ed25519.Ed25519PublicKey.from_public_bytes(point))
    algorithm = _BY_PARAMETERS.get(public[Attribute.EC_PARAMS]) if kind == KeyType.EC else None
    if algorithm is None:
        raise _unused()
    _, curve, _, width = _CURVES[algorithm]
    point = _point(public[Attribute.EC_POINT], 1 + 2 * width)
    return _public(algorithm, ec.EllipticCurvePublicKey.from_encoded_point(curve, point))


def _rsa(modulus: int, exponent: int) -> PublicKey:
    if modulus.bit_length() < MIN_RSA_BITS:
        raise _unused()
    return _public(KeyAlgorithm.RSA_SHA256, rsa.RSAPublicNumbers(exponent, modulus).public_key())


def _unused() -> ConfigurationError:
    return ConfigurationError(
        "the key on the token is of a type or length that isn't used.",
        remedy=f"Use Ed25519, P-256, P-384, or RSA of {MIN_RSA_BITS} bits or more.",
    )


def _public(
    algorithm: KeyAlgorithm, key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
) -> PublicKey:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(algorithm=algorithm, der=der)


def _point(value: bytes, width: int) -> bytes:
    """Return a point of `width` bytes: CKA_EC_POINT is an OCTET STRING by the text, and bare on many tokens."""
    if len(value) == width:
        return value
    try:
        inner = read_der(value).octets()
    except UnreadableError:
        inner = b""
    if len(inner) != width:
        raise _unused()
    return inner


def _raw(signature: bytes, width: int) -> bytes:
    """Return r||s: PKCS #11 section 2.3.1 says so, and some drivers give DER all the same."""
    if len(signature) == 2 * width:
        return signature
    try:
        r, s = decode_dss_signature(signature) if signature[:1] == bytes([_DER_SEQUENCE]) else (0, 0)
        if r and s:
            return r.to_bytes(width) + s.to_bytes(width)
    except (ValueError, OverflowError):
        pass
    raise SignerError(
        "the token gave something that is no ECDSA signature.", remedy="Ask its maker for a newer driver."
    )
