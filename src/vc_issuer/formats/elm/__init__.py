"""The European Learning Model: European Digital Credentials built, checked and read back."""

from vc_issuer.formats.elm.build import with_core_digest
from vc_issuer.formats.elm.format import ElmFormat

__all__ = ["ElmFormat", "with_core_digest"]
