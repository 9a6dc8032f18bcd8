"""Private keys at rest: PKCS #8 in PEM, encrypted under scrypt and AES-256 (RFC 5958, RFC 8018, RFC 7914).

The library's own "best available" encryption is PBKDF2 with 2048 rounds, which a thief goes through in minutes, so the
container is written here; the library and OpenSSL both read it.
"""

import base64
import os
import textwrap

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from vc_issuer.errors import ConfigurationError
from vc_issuer.x509.der import OCTET_STRING, SEQUENCE, write_der, write_integer, write_oid

# OWASP's equal of N = 2^17, p = 1 that stays within the 32 MiB OpenSSL's tools allow: 0.2 s for each guess.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 5
_KEY_BYTES, _SALT_BYTES, _BLOCK_BITS = 32, 16, 128
_PBES2, _SCRYPT, _AES_256_CBC = "1.2.840.113549.1.5.13", "1.3.6.1.4.1.11591.4.11", "2.16.840.1.101.3.4.1.42"


def encrypt_private_key(key: PrivateKeyTypes, passphrase: bytes) -> bytes:
    """Return `key` as an encrypted PKCS #8 PEM file."""
    salt, vector = os.urandom(_SALT_BYTES), os.urandom(_BLOCK_BITS // 8)
    secret = Scrypt(salt=salt, length=_KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase)
    padder = PKCS7(_BLOCK_BITS).padder()
    clear = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(clear) + padder.finalize()) + encryptor.finalize()
    numbers = [write_integer(number) for number in (SCRYPT_N, SCRYPT_R, SCRYPT_P, _KEY_BYTES)]
    derivation = write_der(SEQUENCE, write_oid(_SCRYPT), write_der(SEQUENCE, write_der(OCTET_STRING, salt), *numbers))
    cipher = write_der(SEQUENCE, write_oid(_AES_256_CBC), write_der(OCTET_STRING, vector))
    scheme = write_der(SEQUENCE, write_oid(_PBES2), write_der(SEQUENCE, derivation, cipher))
    content = write_der(SEQUENCE, scheme, write_der(OCTET_STRING, sealed))
    lines = textwrap.wrap(base64.b64encode(content).decode("ascii"), 64)
    return "\n".join(
        ["-----BEGIN ENCRYPTED PRIVATE KEY-----", *lines, "-----END ENCRYPTED PRIVATE KEY-----", ""]
    ).encode("ascii")


def decrypt_private_key(content: bytes, passphrase: bytes, *, name: str) -> PrivateKeyTypes:
    """Return the key of an encrypted PEM file; `name` stands in messages. Raises ConfigurationError."""
    if b"ENCRYPTED" not in content:
        raise ConfigurationError(
            f"the key file {name} is not encrypted.", remedy="Encrypt it: openssl pkcs8 -topk8 -scrypt -in … -out …"
        )
    try:
        return load_pem_private_key(content, password=passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause is left out: its frames hold the passphrase and the file's bytes.
        raise ConfigurationError(
            f"the key file {name} doesn't open.", remedy="Is it the passphrase of this key, and the file whole?"
        ) from None
