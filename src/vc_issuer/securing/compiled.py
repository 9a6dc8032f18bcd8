"""Secure prepared bytes of known shapes: the same bytes as the generic path, without parsing what is secured.

Nothing is believed here: each gives what it signed (`message`) beside the secured bytes, so that whoever keeps them
verifies the signature first. Where a shape isn't known the answer is None, and the generic path secures.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from vc_issuer.encoding.compile import compile_template
from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.form_book import FormBook, Reading
from vc_issuer.encoding.known_shapes import KnownShapes, compile_shape
from vc_issuer.encoding.multikey import base58_encode, base64url_encode
from vc_issuer.encoding.rdfc import has_astral
from vc_issuer.encoding.shape import read_shape
from vc_issuer.encoding.strict_json import parse_strict, serialise_compact
from vc_issuer.encoding.template import Template
from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.model.credential import Document, SecuredCredential
from vc_issuer.model.keys import KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.securing.cryptosuites import ECDSA_SD, Cryptosuite, canonicalize_graph, hash_for
from vc_issuer.securing.data_integrity import MEDIA_TYPE, proof_config
from vc_issuer.securing.jades import MEDIA_TYPE as SEAL_MEDIA_TYPE
from vc_issuer.securing.jades import PAYLOAD_LIMITS, TimeHeader, seal_header
from vc_issuer.securing.jws import verify_jws_signature
from vc_issuer.securing.proof_terms import ProofOptions
from vc_issuer.securing.signatures import verify_p256, verify_signature

_ES256 = "ES256"
_PAYLOAD = b'{"payload":"'
_MOST_CONFIGS = 16  # proofs made at one time share one; earlier times don't come back


class Made(NamedTuple):
    """Secured bytes that nobody has looked at yet, with the signature in them and the message that it signs.

    Of a seal, `around` is what stands before and after its payload as a JSON text, `digest` the message's SHA-256.
    """

    secured: SecuredCredential
    signature: bytes
    message: bytes
    reading: Reading
    algorithm: str = ""
    around: tuple[bytes, bytes] | None = None
    digest: bytes = b""

    @property
    def sha256(self) -> bytes:
        """Return the hash of the secured bytes."""
        form, texts = self.reading
        if self.around is None:
            return form.sha256(self.secured.content, texts)
        return form.sha256(self.secured.content, texts, before=self.around[0], quoted=True)


class CompiledProofs:
    """Data Integrity proofs of one cryptosuite that goes through a graph, for documents of known shapes."""

    def __init__(self, suite: Cryptosuite, *, contexts: ContextStore | None = None) -> None:
        self._suite = suite
        self._contexts = contexts
        self._hash_name = ""
        self._book = FormBook(self._compile)
        self._shapes = KnownShapes()
        self._configs: dict[tuple[str, datetime, str], tuple[bytes, bytes]] = {}

    def learn(self, contents: Iterable[bytes], key: SigningKey) -> None:
        """Learn the shapes of documents that are not known yet. Suites that use no graph learn nothing."""
        if self._suite.canonicalize is canonicalize_graph and self._suite.name != ECDSA_SD:
            self._hash_name = hash_for(self._suite, key.method.public_key.algorithm)
            self._book.learn([content for content in contents if self._book.read(content) is None])

    def read(self, content: bytes) -> Reading | None:
        """Read a document, or return None if its shape isn't known."""
        return self._book.read(content)

    def secure(self, content: bytes, key: SigningKey, created: datetime, reading: Reading | None = None) -> Made | None:
        """Add a proof to compact JSON without one, or return None if its shape isn't known. Raises SignerError.

        `reading` is what `read` gave for it, if it was asked.
        """
        reading = reading or self._book.read(content)
        if reading is None or has_astral(reading.texts.joined):
            return None
        digest = reading.form.digest(reading.texts)
        if digest is None:
            return None
        hashed, head = self._config(reading, key, created)
        message = hashed + digest
        signature = key.sign(message, KeyPurpose.CREDENTIAL)
        secured = b"".join((content[:-1], head, base58_encode(signature).encode(), b'"}]}'))
        return Made(SecuredCredential(media_type=MEDIA_TYPE, content=secured), signature, message, reading)

    def check(self, made: Made, content: bytes, method: VerificationMethod) -> None:
        """Verify the signature, and that the secured bytes are the prepared ones and a proof. Raises InvalidError."""
        verify_signature(method.public_key, made.signature, made.message)
        if not made.secured.content.startswith(content[:-1]):
            raise InvalidError("what was signed is not what was prepared.", clause="design rule 3")

    def _compile(self, document: Document, constant: Sequence[int]) -> Template | None:
        if "proof" in document or has_astral("".join(read_shape(document).texts)):
            return None
        return compile_template(document, constant=constant, hash_name=self._hash_name, contexts=self._contexts)

    def _config(self, reading: Reading, key: SigningKey, created: datetime) -> tuple[bytes, bytes]:
        """Return the hash of the proof's configuration, and the proof as JSON up to its value."""
        asked = (reading.form.context, created, key.method.id)
        if asked not in self._configs:
            if len(self._configs) >= _MOST_CONFIGS:
                self._configs.clear()
            config = proof_config(self._suite, key, ProofOptions(created=created))
            whole = {**config, "@context": json.loads(reading.form.context)}
            head = b',"proof":[' + serialise_compact(config)[:-1] + b',"proofValue":"z'
            self._configs[asked] = (hashlib.new(self._hash_name, self._canonical(whole)).digest(), head)
        return self._configs[asked]

    def _canonical(self, config: Document) -> bytes:
        known = self._shapes.canonical(config, self._hash_name)
        if known is not None:
            return known
        shape = compile_shape(config, self._hash_name, self._contexts)
        self._shapes.admit([shape] if shape else [])
        return canonicalize_graph(config, self._hash_name, self._contexts)


class CompiledSeals:
    """JAdES seals over payloads of known shapes, under one header for all that are sealed at one time."""

    def __init__(self, *, time_header: TimeHeader) -> None:
        self._time_header = time_header
        self._book = FormBook(is_sound=_is_sound)
        self._headers: dict[tuple[str, datetime], tuple[bytes, bytes, str]] = {}

    def learn(self, contents: Iterable[bytes]) -> None:
        """Learn the shapes of payloads that are not known yet and are sound JSON within the limits of a payload."""
        self._book.learn([content for content in contents if self._book.read(content) is None])

    def read(self, content: bytes) -> Reading | None:
        """Read a payload, or return None if its shape isn't known."""
        return self._book.read(content)

    def secure(self, content: bytes, key: SigningKey, created: datetime, reading: Reading | None = None) -> Made | None:
        """Seal a payload as it is, or return None if its shape isn't known. Raises ConfigurationError, SignerError.

        `reading` is what `read` gave for it, if it was asked.
        """
        reading = reading or self._book.read(content)
        if reading is None or len(content) > PAYLOAD_LIMITS.size:
            return None
        form, texts = reading
        start, end, algorithm = self._header(key, created)
        message = start + content
        digest = form.sha256(message, texts, before=start) if algorithm == _ES256 else b""
        signature = key.sign(message, KeyPurpose.SEAL, sha256=digest)
        after = b"".join((end, base64url_encode(signature).encode(), b'"}]}'))
        envelope = b"".join((_PAYLOAD, form.form.write_quoted(texts.values), after))
        secured = SecuredCredential(media_type=SEAL_MEDIA_TYPE, content=envelope)
        return Made(secured, signature, message, reading, algorithm, (_PAYLOAD, after), digest)

    def check(self, made: Made, content: bytes, method: VerificationMethod) -> None:
        """Verify the signature, and that it is over the prepared bytes. Raises InvalidError."""
        if made.digest:
            verify_p256(method.public_key, made.signature, made.digest)
        else:
            verify_jws_signature(made.algorithm, method.public_key, signature=made.signature, message=made.message)
        if not made.message.endswith(b"." + content):
            raise InvalidError("what was sealed is not what was prepared.", clause="design rule 3")

    def _header(self, key: SigningKey, created: datetime) -> tuple[bytes, bytes, str]:
        """Return what is signed before the payload, what stands behind it in the envelope, and the algorithm."""
        asked = (key.method.id, created)
        if asked not in self._headers:
            if len(self._headers) >= _MOST_CONFIGS:
                self._headers.clear()
            protected, algorithm = seal_header(key, created, time_header=self._time_header)
            written = protected.encode()
            after = b"".join((b'","signatures":[{"protected":"', written, b'","signature":"'))
            self._headers[asked] = written + b".", after, algorithm
        return self._headers[asked]


def _is_sound(content: bytes) -> bool:
    try:
        parse_strict(content, limits=PAYLOAD_LIMITS)
    except UnreadableError:
        return False
    return True
