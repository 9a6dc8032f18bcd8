"""Print sheets of headings, captions and lines, such as recognition sheets: calm, tagged, one sheet after another.

What stands in them is given; nothing is known here of what it means. Text from outside is drawn as glyphs and never
read as markup (threat T36). The same input gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from vc_issuer.errors import InputError
from vc_issuer.rendering.lines import Style, wrap
from vc_issuer.rendering.pen import Colour, Pen, colour
from vc_issuer.rendering.printout import GREY, HAIRLINE, INK
from vc_issuer.rendering.tagging import Properties, finish
from vc_issuer.rendering.typefaces import Face, font, undrawable

LEFT, RIGHT = 56.0, 539.0
INDENT = 116.0  # captions stand left of it, what is said of them right of it
TOP, BOTTOM = 786.0, 62.0
FOOT = 38.0
TONES = {"good": colour("14633C"), "bad": colour("A11A2C"), "wait": colour("7A4B00"), "": INK}

KIND = Style(face=Face.STRONG, size=8, leading=12, tracking=0.6)
TITLE = Style(face=Face.DISPLAY, size=20, leading=25)
VERDICT = Style(face=Face.TITLE, size=14, leading=19)
HEADING = Style(face=Face.TITLE, size=13, leading=17)
CAPTION = Style(face=Face.STRONG, size=8.8, leading=12)
BODY = Style(face=Face.TEXT, size=8.8, leading=12)
SMALL = Style(face=Face.TEXT, size=7.3, leading=9.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedEntry:
    """A caption with a remark in a tone below it, and to their right lines, each with a note in small type."""

    caption: str
    remark: str = ""
    tone: str = ""
    lines: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedBlock:
    """A heading, a sentence below it, and entries."""

    heading: str
    lead: str = ""
    entries: tuple[PrintedEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSheet:
    """One sheet: what it is, its title, lines below that, one sentence in a tone with advice, and blocks."""

    language: str
    kind: str
    title: str = field(repr=False)
    subtitles: tuple[str, ...] = field(default=(), repr=False)
    sentence: str
    tone: str
    advice: str
    blocks: tuple[PrintedBlock, ...] = field(repr=False)
    foot: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Where lines are set: their left edge and the room they have."""

    x: float
    room: float


_WHOLE = _Column(x=LEFT, room=RIGHT - LEFT)
_CAPTIONS = _Column(x=LEFT, room=INDENT - 12)
_SAID = _Column(x=LEFT + INDENT, room=RIGHT - LEFT - INDENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    style: Style
    x: float
    ink: Colour
    role: str = "P"
    back: float = 0  # how far up the page it goes first: to stand beside the caption
    before: float = 0
    ruled: bool = False
    keeps: int = 0  # how many lines must follow on the same page

    @property
    def height(self) -> float:
        return self.before + self.style.leading - self.back


def render_sheets(sheets: Sequence[PrintedSheet], made_at: datetime) -> bytes:
    """Render one tagged PDF, each sheet from a new page on. Raises InputError where there is none."""
    if not sheets:
        raise InputError("There is no sheet to print.")
    buffer = BytesIO()
    # A face of ours from the start, or reportlab names a Helvetica that no file carries.
    first = font(Face.TEXT.value).fontName
    canvas = Canvas(buffer, pagesize=A4, invariant=1, initialFontName=first)  # type: ignore[arg-type] # a wrong stub
    title = sheets[0].kind
    canvas.setTitle(title)
    canvas.setCreator("vc_issuer")
    pen = Pen(canvas)
    for sheet in sheets:
        _draw_sheet(pen, sheet)
    canvas.save()
    return finish(buffer.getvalue(), pen.root, Properties(language=sheets[0].language, title=title, issued=made_at))


def _draw_sheet(pen: Pen, sheet: PrintedSheet) -> None:
    pages = list(_pages(list(_lines(sheet))))
    for number, lines in enumerate(pages, start=1):
        y = TOP
        for line in lines:
            if line.ruled:
                pen.rule(LEFT, y - line.before / 2, RIGHT - LEFT, ink=HAIRLINE, weight=0.4)
            y -= line.height
            with pen.content(line.role, sheet.language):
                pen.line(line.text, line.x, y, style=line.style, ink=line.ink)
        _draw_foot(pen, sheet, f"{number} / {len(pages)}")
        pen.turn_page()


def _draw_foot(pen: Pen, sheet: PrintedSheet, number: str) -> None:
    with pen.artifact():
        pen.line(number, RIGHT - SMALL.width(number), FOOT, style=SMALL, ink=GREY)
        lines = wrap(_drawable(sheet.foot), SMALL, RIGHT - LEFT - 40)
        pen.lines(lines[:2], LEFT, FOOT, style=SMALL, ink=GREY)


def _pages(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Break lines into pages, so that no heading and no caption stands alone at a page's end."""
    page: list[_Line] = []
    room = TOP - BOTTOM
    for index, line in enumerate(lines):
        needed = sum(each.height for each in lines[index : index + 1 + line.keeps])
        if needed > room and page:
            yield page
            page, room = [], TOP - BOTTOM
        page.append(line)
        room -= line.height
    yield page


def _lines(sheet: PrintedSheet) -> Iterator[_Line]:
    yield from _wrapped(sheet.kind.upper(), KIND, ink=GREY)
    yield from _wrapped(sheet.title, TITLE, role="H1", before=4)
    for subtitle in sheet.subtitles:
        yield from _wrapped(subtitle, BODY, ink=GREY, before=2)
    yield from _wrapped(sheet.sentence, VERDICT, ink=TONES[sheet.tone], role="H2", before=16)
    yield from _wrapped(sheet.advice, BODY, before=2)
    for block in sheet.blocks:
        heading = _wrapped(block.heading, HEADING, role="H2", before=17)
        lead = _wrapped(block.lead, BODY, ink=GREY, before=2)
        yield from (replace(line, keeps=4) for line in heading)
        yield from (replace(line, keeps=3) for line in lead)
        for entry in block.entries:
            yield from _entry_lines(entry)


def _entry_lines(entry: PrintedEntry) -> Iterator[_Line]:
    """Set the caption's column beside the other one, line by line."""
    left = _wrapped(entry.caption, CAPTION, column=_CAPTIONS, role="H3")
    left += _wrapped(entry.remark, SMALL, column=_CAPTIONS, ink=TONES[entry.tone], before=1)
    right: list[_Line] = []
    for text, note in entry.lines:
        right += _wrapped(text, BODY, column=_SAID, before=1)
        right += _wrapped(note, SMALL, column=_SAID, ink=GREY)
    rows = max(len(left), len(right))
    for index in range(rows):
        beside = right[index] if index < len(right) else None
        if index < len(left):
            yield _first(left[index], index, keeps=min(rows - 1, 3) if not index else 1, beside=beside)
        if beside is not None:
            back = left[index].style.leading if index < len(left) else 0
            yield _moved(beside, back=back)


def _first(line: _Line, index: int, *, keeps: int, beside: _Line | None) -> _Line:
    """Rule and space the first row of an entry; its neighbour may need more room than it does."""
    more = max(beside.style.leading - line.style.leading, 0) if beside else 0
    return replace(line, before=(9 if not index else 0) + more, ruled=not index, keeps=keeps + (beside is not None))


def _moved(line: _Line, *, back: float) -> _Line:
    """Put a line beside the one before it."""
    return replace(line, before=line.before if not back else 0, back=line.style.leading if back else 0)


def _wrapped(
    text: str,
    style: Style,
    *,
    column: _Column = _WHOLE,
    ink: Colour = INK,
    role: str = "P",
    before: float = 0,
) -> list[_Line]:
    lines = wrap(_drawable(text), style, column.room) if text else []
    return [
        _Line(text=line, style=style, x=column.x, ink=ink, role=role, before=0 if index else before)
        for index, line in enumerate(lines)
    ]


def _drawable(text: str) -> str:
    """Write each character that no face draws as its code point: never a box, and never left out without a word."""
    missing = set(undrawable(text))
    return "".join(f"[U+{ord(each):04X}]" if each in missing else each for each in text) if missing else text
