"""Make room for a seal in a PDF when it is written, and fill the room afterwards (ISO 32000-1 12.8, ETSI EN 319 142-1).

Nothing else of the file moves: the seal's octets and their places have fixed widths. The field shows nothing on any
page; in the structure tree it stands as a form, so that a screen reader hears what it is.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from vc_issuer.errors import ConfigurationError

SUB_FILTER = "ETSI.CAdES.detached"
FIELD_NAME = "Seal"
PDF_VERSION = "1.7"
_PRINT, _LOCKED = 4, 128  # PDF/A wants every annotation printed; nothing is there to be seen
_SIGNATURES_EXIST, _APPEND_ONLY = 1, 2
# Places as wide as any that may stand there; a file is never as long as that (decisions 7.6).
_OPEN_RANGE = (0, 1_999_999_991, 1_999_999_992, 1_999_999_993)
_OPEN_PLACE = re.compile(rb"/ByteRange (\[ %d %d %d %d \]) /Contents (<0+>)" % _OPEN_RANGE)
_SEALED = re.compile(
    rb"/ByteRange \[ 0 \d+ \d+ \d+ *\] /Contents <30[0-9a-f]+> [^<>]*/SubFilter /ETSI\.CAdES\.detached "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlace:
    """Room for a seal of so many bytes, made at `created` (aware UTC); `label` names it to a screen reader."""

    room: int
    created: datetime
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlace:
    """A PDF whose room is not filled yet: the octets before and after it are what is sealed."""

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    room: int

    def digest(self, hash_name: str) -> bytes:
        """Return the digest of what is sealed."""
        digest = hashlib.new(hash_name, self.before)
        digest.update(self.after)
        return digest.digest()

    def fill(self, seal: bytes) -> bytes:
        """Return the PDF with `seal` in its room. Raises ConfigurationError if it doesn't fit."""
        if len(seal) > self.room:
            raise ConfigurationError(
                f"a seal of {len(seal)} bytes doesn't fit the room of {self.room} that the PDF has for it.",
                remedy="Run the same command again: it asks once more how long a time-stamp is.",
            )
        return b"".join((self.before, b"<", seal.hex().ljust(2 * self.room, "0").encode("ascii"), b">", self.after))


def reserve(document: Pdf, place: SealPlace) -> None:
    """Give an open PDF of ours an empty seal in a field that shows nothing."""
    seal = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name(f"/{SUB_FILTER}"),
        M=String(place.created.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")),
        ByteRange=Array(list(_OPEN_RANGE)),
        Contents=String(bytes(place.room)),
    )
    page = document.pages[0].obj
    widget = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(FIELD_NAME),
            TU=String(place.label),
            Rect=Array([0, 0, 0, 0]),
            F=_PRINT | _LOCKED,
            P=page,
            V=document.make_indirect(seal),
        )
    )
    page.Annots = Array([*page.get("/Annots", Array()), widget])
    document.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=_SIGNATURES_EXIST | _APPEND_ONLY)
    document.Root.Extensions = Dictionary(ESIC=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=1))
    _tag(document, page, widget, place.label)


def open_place(pdf: bytes) -> OpenPlace:
    """Find the room that `reserve` made, and write its places. Raises ConfigurationError unless there is one."""
    found = list(_OPEN_PLACE.finditer(pdf))
    if len(found) != 1:
        raise ConfigurationError("the PDF has no room for a seal.", remedy="Report this as a defect.")
    (begin, end), (first, last) = found[0].span(1), found[0].span(2)
    places = b"[ 0 %d %d %d" % (first, last, len(pdf) - last)
    return OpenPlace(
        before=b"".join((pdf[:begin], places.ljust(end - begin - 1), b"]", pdf[end:first])),
        after=pdf[last:],
        room=(last - first - 2) // 2,
    )


def is_sealed(pdf: bytes) -> bool:
    """Tell whether a PDF of ours was sealed; a stranger's is read by `pdf_seal.read_seals`."""
    return _SEALED.search(pdf) is not None


def _tag(document: Pdf, page: Object, widget: Object, label: str) -> None:
    """Hang the field into the structure tree, if the PDF has one (ISO 32000-1 14.7.4.3, ISO 14289-1 7.18.4)."""
    tree = document.Root.get("/StructTreeRoot")
    if not isinstance(tree, Dictionary):
        return
    top = tree.K
    form = document.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            P=top,
            Pg=page,
            Alt=String(label),
            K=Dictionary(Type=Name.OBJR, Obj=widget, Pg=page),
        )
    )
    top.K = Array([*top.K, form])
    widget.StructParent = tree.ParentTreeNextKey
    tree.ParentTree.Nums = Array([*tree.ParentTree.Nums, tree.ParentTreeNextKey, form])
    tree.ParentTreeNextKey = int(tree.ParentTreeNextKey) + 1
