"""JSON Canonicalization Scheme (RFC 8785)."""

import rfc8785

from vc_issuer.errors import UnsafeDocumentError
from vc_issuer.model.credential import JsonValue


def canonicalize_jcs(value: JsonValue) -> bytes:
    """Return the canonical form. Raises UnsafeDocumentError for what JCS can't say: NaN, integers past 2^53."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise UnsafeDocumentError(f"the document has no canonical form: {error}") from error
