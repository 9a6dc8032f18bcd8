"""The foot of the first page: who stands behind the document, its number, and how anyone checks it (threat T37)."""

from dataclasses import replace

from vc_issuer.rendering.labels import label
from vc_issuer.rendering.lines import Style, wrap
from vc_issuer.rendering.pen import Pen
from vc_issuer.rendering.printout import GREY, INK, Printout
from vc_issuer.rendering.qr import QUIET_MODULES, printed_code, qr_matrix, trace_modules
from vc_issuer.rendering.typefaces import Face

QR_SIDE = 108.0  # 38 mm: 30 mm is the least (domain 7.5), and this is what a speckled fax still needs
ZONE_TOP, QR_BOTTOM = 164.0, 62.0
SIGNATORY_ROOM, GAP = 128.0, 16.0

SMALL = Style(face=Face.TEXT, size=8, leading=11)
SMALLER = Style(face=Face.TEXT, size=7.5, leading=10)
ADDRESS = Style(face=Face.TEXT, size=6.8, leading=9)
STRONG = Style(face=Face.STRONG, size=8, leading=11)
CODE = Style(face=Face.STRONG, size=9.5, leading=13, tracking=0.1)
ROLE = Style(face=Face.TITLE, size=10, leading=13.5)


def draw_proof_zone(pen: Pen, printout: Printout, *, left: float, right: float) -> None:
    """Draw the three columns: the signatory, the words on checking, the QR code."""
    _draw_signatory(pen, printout, left)
    qr_left = right - QR_SIDE
    quiet = _draw_qr(pen, printout, qr_left)
    words = left + SIGNATORY_ROOM + GAP
    _draw_words(pen, printout, words, room=qr_left - quiet - 4 - words)


def _draw_signatory(pen: Pen, printout: Printout, x: float) -> None:
    y = ZONE_TOP
    for language, text in printout.labels("on_behalf").items():
        with pen.content("P", language):
            y = pen.lines(wrap(text, SMALLER, SIGNATORY_ROOM), x, y, style=SMALLER, ink=GREY)
    y -= 5
    for place, (language, text) in enumerate(printout.labels("signatory").items()):
        style, ink = (SMALL, GREY) if place else (ROLE, INK)
        with pen.content("P", language):
            y = pen.lines(wrap(text, style, SIGNATORY_ROOM), x, y, style=style, ink=ink)
    if not printout.main.number:
        return
    y -= 10
    for language, text in printout.labels("number").items():
        with pen.content("P", language):
            y = pen.lines(wrap(text, SMALLER, SIGNATORY_ROOM), x, y, style=SMALLER, ink=GREY)
    with pen.content("P"):
        style = replace(CODE, tracking=0)
        pen.lines(wrap(printout.main.number, style, SIGNATORY_ROOM), x, y - 2, style=style, ink=INK)


def _draw_qr(pen: Pen, printout: Printout, x: float) -> float:
    """Draw the code black on white with its quiet zone; return the width of that zone in points."""
    modules = qr_matrix(printout.verify_url)
    quiet = QUIET_MODULES * QR_SIDE / len(modules)
    alternative = label("qr_alt", printout.languages[0], code=printed_code(printout.code))
    canvas = pen.canvas
    with pen.content("Figure", printout.languages[0], alternative=alternative):
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(x - quiet, QR_BOTTOM - quiet, QR_SIDE + 2 * quiet, QR_SIDE + 2 * quiet, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        path = canvas.beginPath()
        trace_modules(path, modules, x=x, y=QR_BOTTOM, side=QR_SIDE)
        canvas.drawPath(path, stroke=0, fill=1)
    return quiet


def _draw_words(pen: Pen, printout: Printout, x: float, *, room: float) -> None:
    y = ZONE_TOP
    with pen.content("P", printout.languages[0]):
        heading = " / ".join(label("verify", language) for language in printout.languages)
        y = pen.lines(wrap(heading, STRONG, room), x, y, style=STRONG, ink=printout.theme.accent)
    with pen.content("P"):
        y = pen.lines(wrap(printed_code(printout.code), CODE, room), x, y - 5, style=CODE, ink=INK)
    y -= 1
    for place, (language, text) in enumerate(printout.labels("trust", host=printout.verify_host).items()):
        with pen.content("P", language):
            ink = GREY if place else INK
            y = pen.lines(wrap(text, SMALLER, room), x, y, style=SMALLER, ink=ink) - 3
    with pen.content("P"):
        pen.lines(wrap(printout.verify_url, ADDRESS, room), x, y - 1, style=ADDRESS, ink=GREY)
