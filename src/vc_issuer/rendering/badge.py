"""The badge picture of an offering version, into which an Open Badge may be baked: round, in the document's colour.

It shows no personal data, so one picture serves every learner of that version and language.
"""

from decimal import Decimal
from functools import cache
from io import BytesIO
from math import pi

from PIL import Image, ImageDraw, ImageFont

from vc_issuer.rendering.guilloche import ROSETTE_STRANDS, rosette_strand
from vc_issuer.rendering.labels import decimal_text, label
from vc_issuer.rendering.lines import Style, balance, wrap
from vc_issuer.rendering.pen import Colour
from vc_issuer.rendering.printout import FOREIGN_THEME, THEMES
from vc_issuer.rendering.typefaces import Face, font_bytes

SIDE = 512  # pixels; the picture is drawn larger and brought down, which smooths the fine lines
_OVER = 3
_COLOURS = 48
_TITLE_HEIGHT = 0.24  # of the side
_STEPS = 2400  # points along a strand


def draw_badge(title: str, *, issuer: str, ects: Decimal, language: str, kind: str = "certificate") -> bytes:
    """Draw the badge as a palette PNG of `SIDE` pixels. `kind` is a DocumentKind's word and sets the colour."""
    theme = THEMES.get(kind, FOREIGN_THEME)
    side = SIDE * _OVER
    image = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(image)
    _draw_rosette(pen, side, theme.tint)
    middle, room = side / 2, side * 0.56
    accent = _rgb(theme.accent)
    credit = Style(face=Face.TITLE, size=round(side * 0.1), leading=side * 0.12)
    _centre(pen, [decimal_text(ects, language)], (middle, side * 0.19), credit, accent)
    unit = Style(face=Face.STRONG, size=round(side * 0.03), leading=side * 0.04)
    _centre(pen, ["ECTS"], (middle, side * 0.315), unit, accent)
    style, lines = _title(title, side, room)
    _centre(pen, lines, (middle, side * 0.5 - len(lines) * style.leading / 2), style, accent)
    small = Style(face=Face.TEXT, size=round(side * 0.028), leading=side * 0.037)
    foot = [*balance(issuer, small, side * 0.46)[:2], label(kind if kind in THEMES else "document", language)]
    _centre(pen, foot, (middle, side * 0.665), small, (70, 78, 88))
    return _encode(image)


def _draw_rosette(pen: ImageDraw.ImageDraw, side: int, ink: Colour) -> None:
    for strand in range(ROSETTE_STRANDS):
        curve = rosette_strand(strand / ROSETTE_STRANDS)
        angles = (2 * pi * step / _STEPS for step in range(_STEPS + 1))
        points = [(side / 2 * (1 + 0.98 * x), side / 2 * (1 + 0.98 * y)) for x, y in map(curve, angles)]
        pen.line(points, fill=_rgb(ink), width=_OVER)


def _title(title: str, side: int, room: float) -> tuple[Style, list[str]]:
    style = Style(face=Face.TITLE, size=side * 0.052, leading=side * 0.064)
    height = side * _TITLE_HEIGHT
    while len(wrap(title, style, room)) * style.leading > height and style.size > side * 0.03:
        style = style.scaled(0.94, least=1)
    lines, most = balance(title, style, room), int(height / style.leading)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip()[:-2] + "…"]
    return style, lines


def _centre(
    pen: ImageDraw.ImageDraw, lines: list[str], at: tuple[float, float], style: Style, ink: tuple[int, int, int]
) -> None:
    x, y = at
    for line in lines:
        pen.text((x, y), line.rstrip(), font=_font(style.face.value, round(style.size)), fill=ink, anchor="ma")
        y += style.leading


def _rgb(ink: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(part * 255) for part in ink)
    return red, green, blue


@cache
def _font(stem: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font_bytes(stem)), size, layout_engine=ImageFont.Layout.BASIC)


def _encode(image: Image.Image) -> bytes:
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).quantize(_COLOURS, dither=Image.Dither.NONE)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()
