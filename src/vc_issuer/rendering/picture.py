"""The picture that an ELM credential must carry: one palette PNG of at most 3 kB, without personal data (decision 6.3).

One per offering version and language. It is drawn in one ink and its tints; the largest drawing that stays
within the limit is taken, so that a long title still fits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from vc_issuer.errors import InputError
from vc_issuer.rendering.labels import decimal_text, label
from vc_issuer.rendering.lines import Style, balance, wrap
from vc_issuer.rendering.pen import Colour
from vc_issuer.rendering.printout import FOREIGN_THEME, THEMES
from vc_issuer.rendering.typefaces import Face, font_bytes

MOST_BYTES = 3000
_RATIO = 0.56  # height to width
_WIDTHS = (560, 480, 420, 360, 300, 240)
_TITLE_LINES = (4, 3, 2, 1)
_TINTS = (8, 4)  # an eight-entry palette takes four bits a pixel, a four-entry one two


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wording:
    issuer: str
    kind: str
    title: str
    credits: str


def draw_picture(title: str, *, issuer: str, ects: Decimal, language: str, kind: str = "certificate") -> bytes:
    """Draw institution, kind of document, title and credits. `kind` is a DocumentKind's word and sets the colour."""
    known = kind in THEMES
    wording = _Wording(
        issuer=issuer,
        kind=label(kind if known else "document", language),
        title=title,
        credits=f"{decimal_text(ects, language)} ECTS",
    )
    ink = THEMES[kind].accent if known else FOREIGN_THEME.accent
    for width, lines in _attempts():
        drawn = _draw(wording, width, lines)
        for tints in _TINTS:
            picture = _encode(drawn, tints, ink)
            if len(picture) <= MOST_BYTES:
                return picture
    raise InputError("The names of institution and micro-credential are too long for a picture of 3 kB.")


def _attempts() -> Iterator[tuple[int, int]]:
    """Yield width and most lines of the title, the finest first."""
    yield from ((width, lines) for lines in _TITLE_LINES for width in _WIDTHS)


def _draw(wording: _Wording, width: int, most_lines: int) -> Image.Image:
    """Draw in grey: 255 is paper, 0 is ink."""
    height = round(width * _RATIO)
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    edge, left = round(width * 0.035), round(width * 0.095)
    room = width - left - edge
    pen.rectangle((0, 0, edge, height), fill=0)
    y = _write(pen, [wording.kind], (left, height * 0.08), _style(Face.STRONG, width * 0.037))
    issuer = _style(Face.TEXT, width * 0.04)
    y = _write(pen, _clip(wrap(wording.issuer, issuer, room), 2), (left, y + height * 0.01), issuer)
    title = _style(Face.TITLE, width * 0.068)
    while len(wrap(wording.title, title, room)) > most_lines and title.size > width * 0.046:
        title = title.scaled(0.93, least=1)
    _write(pen, _clip(balance(wording.title, title, room), most_lines), (left, y + height * 0.07), title)
    credit = _style(Face.STRONG, width * 0.052)
    _write(pen, [wording.credits], (left, height * 0.93 - credit.leading), credit)
    return image


def _write(pen: ImageDraw.ImageDraw, lines: list[str], at: tuple[float, float], style: Style) -> float:
    x, y = at
    for line in lines:
        pen.text((x, y), line, font=_font(style.face.value, round(style.size)), fill=0)
        y += style.leading
    return y


def _clip(lines: list[str], most: int) -> list[str]:
    """Keep the first lines and say that there was more: the whole title stands in the credential."""
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip()[:-2] + "…"]


def _style(face: Face, size: float) -> Style:
    return Style(face=face, size=round(size), leading=round(size * 1.3))


@cache
def _font(stem: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font_bytes(stem)), size, layout_engine=ImageFont.Layout.BASIC)


def _encode(image: Image.Image, tints: int, ink: Colour) -> bytes:
    """Write as few tints of the ink as look smooth, as a palette from paper to ink."""
    last = tints - 1
    indexed = image.point([round((255 - value) / 255 * last) for value in range(256)]).convert("L")
    picture = Image.frombytes("P", image.size, indexed.tobytes())
    shades = [round(255 - (1 - part) * 255 * step / last) for step in range(tints) for part in ink]
    picture.putpalette(shades)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True, bits=(last).bit_length())
    return out.getvalue()
