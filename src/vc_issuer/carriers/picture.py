"""Find the addresses that QR codes in a photo, a screenshot or a printed page lead to (threats T33, T37).

A picture proves nothing: what is looked for is where its document can be had. Foreign pixels are decoded here, so it
runs in a killable child, after the size that the picture claims was checked.
"""

import re
from collections.abc import Iterable
from contextlib import closing
from io import BytesIO

import zxingcpp
from PIL import Image, UnidentifiedImageError
from pypdfium2 import PdfDocument, PdfiumError

from vc_issuer.errors import UnreadableError

JPEG_SIGNATURE = b"\xff\xd8\xff"
MOST_PICTURE_BYTES = 20 * 2**20  # decisions 7.6
MOST_PIXELS = 40_000_000  # a phone's largest picture; one byte each, grey
LONGEST_SIDE = 2_400  # a QR code on a photographed A4 page keeps 4 pixels a module
MOST_PAGES = 2  # the code of a certificate stands on its first page, of a supplement perhaps on the second
MOST_ADDRESSES = 4
_POINTS_TO_PIXELS = 2.5  # 180 dpi
_LARGEST_PAGE = 2_000  # points; A0 is 3370 high, a certificate 842
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_ADDRESS = re.compile(r"https://[A-Za-z0-9][\x21-\x7e]{3,600}\Z")
_TOO_LARGE = "The picture has more than 40 million pixels."
_LIBRARY_ERRORS = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def addresses_in_picture(content: bytes) -> tuple[str, ...]:
    """Return the https addresses in the QR codes of a PNG or JPEG. Raises UnreadableError."""
    if len(content) > MOST_PICTURE_BYTES:
        raise UnreadableError("The picture is larger than 20 MiB.")
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise UnreadableError(_TOO_LARGE)
            picture.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
            grey = picture.convert("L")
    except Image.DecompressionBombError as cause:
        raise UnreadableError(_TOO_LARGE) from cause
    except (UnidentifiedImageError, *_LIBRARY_ERRORS) as cause:
        raise UnreadableError("The picture is damaged.") from cause
    return _addresses([grey])


def addresses_in_pdf(content: bytes) -> tuple[str, ...]:
    """Return the https addresses in the QR codes on a PDF's first pages. Raises UnreadableError."""
    try:
        with closing(PdfDocument(content)) as document:
            pages = [_rendered(document, index) for index in range(min(len(document), MOST_PAGES))]
    except (PdfiumError, *_LIBRARY_ERRORS) as cause:
        raise UnreadableError("The PDF can't be drawn.") from cause
    return _addresses(page for page in pages if page is not None)


def _rendered(document: PdfDocument, index: int) -> Image.Image | None:
    with closing(document[index]) as page:
        width, height = page.get_size()
        if not (0 < width <= _LARGEST_PAGE and 0 < height <= _LARGEST_PAGE):
            return None
        bitmap = page.render(scale=_POINTS_TO_PIXELS, grayscale=True, may_draw_forms=False)
        drawn: Image.Image = bitmap.to_pil().convert("L")
    return drawn


def _addresses(pictures: Iterable[Image.Image]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for picture in pictures:
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        for code in zxingcpp.read_barcodes(picture, formats=_FORMATS):
            if _ADDRESS.match(code.text):
                found[code.text] = None
    return tuple(found)[:MOST_ADDRESSES]
