"""Open Badges 3.0: built, checked and read back."""

from vc_issuer.formats.ob3.build import TwinLinks, issuer_profile, languages_of
from vc_issuer.formats.ob3.format import Ob3Format

__all__ = ["Ob3Format", "TwinLinks", "issuer_profile", "languages_of"]
