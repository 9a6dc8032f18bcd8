"""The European Learning Model: European Digital Credentials built, checked and read back."""

from vc_issuer.formats.elm.build import with_core_digest
from vc_issuer.formats.elm.format import ElmFormat
from vc_issuer.formats.elm.upload import build_upload

__all__ = ["ElmFormat", "build_upload", "with_core_digest"]
