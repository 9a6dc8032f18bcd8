"""Open whatever is dropped on the verifier: find the secured bytes in it by what the file is, not by its name."""

import re
from dataclasses import dataclass, field
from enum import Enum

from vc_issuer.carriers.pdf import MOST_PDF_BYTES, extract
from vc_issuer.carriers.pdf_seal import PdfSeal
from vc_issuer.carriers.picture import JPEG_SIGNATURE, addresses_in_pdf, addresses_in_picture
from vc_issuer.carriers.png import SIGNATURE, carries_credential, extract_png
from vc_issuer.carriers.svg import extract_svg
from vc_issuer.carriers.zip import SIGNATURES as ZIP_SIGNATURES
from vc_issuer.carriers.zip import unpack_zip
from vc_issuer.errors import UnreadableError

MOST_FILE_BYTES = MOST_PDF_BYTES
MOST_CREDENTIAL_BYTES = 5 * 2**20  # decisions 7.6: the largest payload of any format
_BLANK = b" \t\r\n"
_ADDRESS = re.compile(rb"https://[A-Za-z0-9][\x21-\x7e]{3,2000}\Z")
_COMPACT = re.compile(rb"\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:~[A-Za-z0-9_.~-]*)?\s*")


class CarrierKind(Enum):
    """In what kind of file a credential came."""

    JSON = "json"
    JWS = "jws"
    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    PICTURE = "picture"
    SCAN = "scan"
    ADDRESS = "address"
    ZIP = "zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Secured bytes as they stood in a file. `name` is the attachment's or the file's; `text` what a PDF shows.

    `seals` are those over the PDF as a whole, checked but not believed.
    A picture, a scan and an address carry no bytes, but `addresses` where they may be had. What a ZIP carries are files
    of any kind.
    """

    kind: CarrierKind
    name: str = field(repr=False)
    content: bytes = field(repr=False)
    text: str = field(default="", repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    seals: tuple[PdfSeal, ...] = field(default=(), repr=False)


def open_carrier(content: bytes, *, name: str = "") -> list[Carried]:
    """Return every credential that a file carries, one or more. Raises UnreadableError if it carries none.

    Run it in a killable child: PDF parsers may cost time on a hostile file (threat T33).
    """
    if len(content) > MOST_FILE_BYTES:
        raise UnreadableError("The file is larger than 20 MiB.")
    if content.startswith(b"%PDF-"):
        return _from_pdf(content)
    if content.startswith(ZIP_SIGNATURES):
        return [Carried(kind=CarrierKind.ZIP, name=one.name, content=one.content) for one in unpack_zip(content)]
    if content.startswith((SIGNATURE, JPEG_SIGNATURE)):
        return [_from_picture(content, name)]
    if _ADDRESS.match(content.strip(_BLANK)):
        address = content.strip(_BLANK).decode("ascii")
        return [Carried(kind=CarrierKind.ADDRESS, name=name, content=b"", addresses=(address,))]
    if (kind := _text_kind(content)) is not None:
        if len(content) > MOST_CREDENTIAL_BYTES:
            raise UnreadableError("The credential is larger than 5 MiB.")
        found = content.strip(_BLANK) if kind is CarrierKind.JWS else content
        return [Carried(kind=kind, name=name, content=found)]
    if content.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK).startswith(b"<"):
        return [Carried(kind=CarrierKind.SVG, name=name, content=extract_svg(content))]
    raise UnreadableError(
        "The file is of no kind that carries credentials.",
        remedy="Give a PDF, PNG or SVG of the issuer, or the credential as JSON or JWS.",
    )


def is_text(content: bytes) -> bool:
    """Tell whether a file is a credential by itself, as JSON or JWS, and no container."""
    return (
        not content.startswith((b"%PDF-", SIGNATURE)) and _text_kind(content[: MOST_CREDENTIAL_BYTES + 1]) is not None
    )


def _from_picture(content: bytes, name: str) -> Carried:
    """Take the credential out of a PNG, or find where the QR code of a photo leads."""
    if content.startswith(SIGNATURE) and carries_credential(content):
        return Carried(kind=CarrierKind.PNG, name=name, content=extract_png(content))
    addresses = addresses_in_picture(content)
    if not addresses:
        raise UnreadableError(
            "The picture carries no credential, and no QR code that can be read.",
            remedy="Give the picture as the issuer delivered it (many programs drop what it carries), or photograph the"
            " QR code straight from above.",
        )
    return Carried(kind=CarrierKind.PICTURE, name=name, content=b"", addresses=addresses)


def _from_pdf(content: bytes) -> list[Carried]:
    contents = extract(content)
    found = [
        Carried(
            kind=CarrierKind.PDF,
            name=attachment.name,
            content=attachment.content,
            text=contents.text,
            seals=contents.seals,
        )
        for attachment in contents.attachments
        if _text_kind(attachment.content) is not None
    ]
    if not found and (addresses := addresses_in_pdf(content)):
        return [Carried(kind=CarrierKind.SCAN, name="", content=b"", text=contents.text, addresses=addresses)]
    if not found:
        raise UnreadableError(
            "The PDF carries no credential: a print or a scan proves nothing by itself.",
            remedy="Ask for the file as the issuer delivered it, or follow the QR code.",
        )
    return found


def _text_kind(content: bytes) -> CarrierKind | None:
    """Tell JSON and compact JWS by their first bytes and shape; whether they parse is another's question."""
    if content.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)[:1] == b"{":
        return CarrierKind.JSON
    return CarrierKind.JWS if _COMPACT.fullmatch(content) else None
