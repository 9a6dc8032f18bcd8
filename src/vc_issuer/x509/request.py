"""A certification request (PKCS #10, RFC 2986) for a seal, signed through the Signer protocol by the seal's own key."""

import base64
import textwrap

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from vc_issuer.model.keys import KeyAlgorithm, Signer
from vc_issuer.x509.der import BIT_STRING, SEQUENCE, read_der, write_der
from vc_issuer.x509.issue import SealSubject, seal_name, signature_hash, throwaway_key


def build_request(subject: SealSubject, signer: Signer) -> bytes:
    """Return a request (DER) that an authority can certify: whom the seal names, its public key, proof that it signs.

    It is laid out under a throwaway key of the same type; then the real public key and signature take their places.
    """
    algorithm = signer.public_key.algorithm
    builder = x509.CertificateSigningRequestBuilder().subject_name(seal_name(subject))
    draft = builder.sign(throwaway_key(algorithm), signature_hash(algorithm))
    body, signature_algorithm, _ = read_der(draft.public_bytes(Encoding.DER)).children()
    version, name, _, *attributes = body.children()
    parts = (version.encoded, name.encoded, signer.public_key.der, *(each.encoded for each in attributes))
    info = write_der(SEQUENCE, *parts)
    signature = signer.sign(info)
    if algorithm in {KeyAlgorithm.P256, KeyAlgorithm.P384}:
        half = len(signature) // 2
        signature = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    return write_der(SEQUENCE, info, signature_algorithm.encoded, write_der(BIT_STRING, b"\0", signature))


def request_to_pem(request: bytes) -> bytes:
    """Return a request as PEM."""
    lines = textwrap.wrap(base64.b64encode(request).decode("ascii"), 64)
    text = "\n".join(["-----BEGIN CERTIFICATE REQUEST-----", *lines, "-----END CERTIFICATE REQUEST-----", ""])
    return text.encode("ascii")
