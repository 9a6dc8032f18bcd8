"""Interlaced fine lines in the manner of security print: a band along the page, and a rosette.

Each is one small form, drawn once and repeated, so that a page of it costs about three kilobytes.
"""

from collections.abc import Callable
from math import cos, pi, sin

from reportlab.pdfgen.canvas import Canvas

from vc_issuer.rendering.pen import Colour

Point = tuple[float, float]
Curve = Callable[[float], Point]

PERIOD = 56.0  # points of the band that repeat
BAND_WIDTH = 30.0
BAND_STRANDS = 14
ROSETTE_FOLDS = 24
ROSETTE_STRANDS = 9
_SEGMENTS = 12  # Bézier pieces a strand and period; more make no visible difference at 0.3 points


def define_band(canvas: Canvas, name: str, ink: Colour) -> None:
    """Define the form of one period of the band, `BAND_WIDTH` wide and `PERIOD` high."""
    canvas.beginForm(name, 0, 0, BAND_WIDTH, PERIOD)
    _prepare(canvas, ink, 0.32)
    for strand in range(BAND_STRANDS):
        _stroke(canvas, _band_strand(2 * pi * strand / BAND_STRANDS), PERIOD)
    canvas.endForm()


def draw_band(canvas: Canvas, name: str, *, x: float, bottom: float, top: float) -> None:
    """Repeat the band from `bottom` to `top`, cut off cleanly there."""
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(x, bottom, BAND_WIDTH, top - bottom)
    canvas.clipPath(clip, stroke=0, fill=0)
    y = bottom
    while y < top:
        canvas.saveState()
        canvas.translate(x, y)
        canvas.doForm(name)
        canvas.restoreState()
        y += PERIOD
    canvas.restoreState()


def define_rosette(canvas: Canvas, name: str, ink: Colour) -> None:
    """Define the form of one sector of a rosette of radius 1 around the origin."""
    canvas.beginForm(name, -2, -2, 2, 2)
    _prepare(canvas, ink, 0.0062)
    for strand in range(ROSETTE_STRANDS):
        _stroke(canvas, rosette_strand(strand / ROSETTE_STRANDS), 2 * pi / ROSETTE_FOLDS)
    canvas.endForm()


def draw_rosette(canvas: Canvas, name: str, *, x: float, y: float, radius: float) -> None:
    """Turn the sector round `x`, `y`."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(radius, radius)
    for _ in range(ROSETTE_FOLDS):
        canvas.doForm(name)
        canvas.rotate(360 / ROSETTE_FOLDS)
    canvas.restoreState()


def rosette_strand(share: float) -> Curve:
    """Return one of the rosette's lines as a curve over the angle, within radius 1; `share` is its place among them."""

    def at(angle: float) -> Point:
        turn = ROSETTE_FOLDS * angle
        phase = 2 * pi * share
        radius = 0.86 + 0.11 * cos(turn + phase) + 0.03 * cos(2 * (turn - phase))
        return radius * cos(angle), radius * sin(angle)

    return at


def _band_strand(phase: float) -> Curve:
    def at(y: float) -> Point:
        turn = 2 * pi * y / PERIOD
        reach = 0.27 + 0.20 * cos(turn)
        return BAND_WIDTH * (0.5 + reach * sin(turn + phase)), y

    return at


def _prepare(canvas: Canvas, ink: Colour, weight: float) -> None:
    canvas.setStrokeColorRGB(*ink)
    canvas.setLineWidth(weight)
    canvas.setLineCap(1)


def _stroke(canvas: Canvas, curve: Curve, end: float) -> None:
    """Stroke `curve` from 0 to `end` as Bézier pieces with its own tangents (cubic Hermite)."""
    step = end / _SEGMENTS
    path = canvas.beginPath()
    path.moveTo(*curve(0))
    for index in range(_SEGMENTS):
        here, there = step * index, step * (index + 1)
        (x0, y0), (x3, y3) = curve(here), curve(there)
        (u0, v0), (u3, v3) = _tangent(curve, here, step), _tangent(curve, there, step)
        path.curveTo(x0 + u0, y0 + v0, x3 - u3, y3 - v3, x3, y3)
    canvas.drawPath(path, stroke=1, fill=0)


def _tangent(curve: Curve, at: float, step: float) -> Point:
    nudge = step / 100
    (x0, y0), (x1, y1) = curve(at - nudge), curve(at + nudge)
    return (x1 - x0) / (6 * nudge) * step, (y1 - y0) / (6 * nudge) * step
