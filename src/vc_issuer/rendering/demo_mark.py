"""The mark of a demonstration: a line in words that readers hear, and the word DEMO faintly across the page."""

from functools import cache
from io import BytesIO

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont as FontFile
from reportlab.pdfgen.pathobject import PDFPathObject

from vc_issuer.rendering.labels import label
from vc_issuer.rendering.lines import Style
from vc_issuer.rendering.pen import Pen, colour
from vc_issuer.rendering.printout import Printout
from vc_issuer.rendering.typefaces import Face, font_bytes

WORD = "DEMO"
WORD_WIDTH = 470.0
FAINT = colour("F6F1EA")  # light enough for the text above it to keep 4.5 to 1
LOUD = colour("9A4A12")
LINE = Style(face=Face.STRONG, size=7.5, leading=10)
PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89


def draw_demo_mark(pen: Pen, printout: Printout) -> None:
    """Draw both, below everything else: the word as outlines, so that it never mixes with the text read back."""
    canvas = pen.canvas
    with pen.artifact():
        canvas.saveState()
        canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
        canvas.rotate(52)
        path = canvas.beginPath()
        _trace_word(path)
        canvas.setFillColorRGB(*FAINT)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()
    with pen.content("P", printout.languages[0]):
        text = "  /  ".join(label("demo", language) for language in printout.languages)
        pen.centred(text, PAGE_WIDTH / 2, PAGE_HEIGHT - 22, style=LINE, ink=LOUD)


def _trace_word(path: PDFPathObject) -> None:
    outlines, advance = _outlines()
    scale = WORD_WIDTH / advance
    for operator, numbers in outlines:
        points = [
            (value - advance / 2) * scale if not place % 2 else (value - 360) * scale
            for place, value in enumerate(numbers)
        ]
        getattr(path, operator)(*points)


class _Recorder(BasePen):  # type: ignore[misc]
    """Collects a glyph's outline as reportlab's path operators, `shift` units to the right."""

    def __init__(self, glyphs: object, shift: float) -> None:
        super().__init__(glyphs)
        self.shift = shift
        self.steps: list[tuple[str, tuple[float, ...]]] = []

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        flat = tuple(value for x, y in points for value in (x + self.shift, y))
        self.steps.append((operator, flat))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 the library's name
        self._add("moveTo", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 the library's name
        self._add("lineTo", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802 the library's name
        self._add("curveTo", *points)

    def _closePath(self) -> None:  # noqa: N802 the library's name
        self._add("close")


@cache
def _outlines() -> tuple[tuple[tuple[str, tuple[float, ...]], ...], float]:
    opened = FontFile(BytesIO(font_bytes(Face.STRONG.value)))
    glyphs, names, shift = opened.getGlyphSet(), opened.getBestCmap(), 0.0
    steps: list[tuple[str, tuple[float, ...]]] = []
    for character in WORD:
        recorder = _Recorder(glyphs, shift)
        glyphs[names[ord(character)]].draw(recorder)
        steps.extend(recorder.steps)
        shift += glyphs[names[ord(character)]].width + 40
    return tuple(steps), shift - 40
