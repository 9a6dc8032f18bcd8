"""The supplement: every item in two columns, one a language, flowing over as many pages as it needs.

Layout comes first and drawing second, so that each page can say how many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vc_issuer.rendering.annex_items import Item, annex_items
from vc_issuer.rendering.labels import label
from vc_issuer.rendering.lines import Style, wrap
from vc_issuer.rendering.pen import Pen
from vc_issuer.rendering.printout import GREY, HAIRLINE, INK, Printout
from vc_issuer.rendering.qr import printed_code
from vc_issuer.rendering.typefaces import Face

LEFT, RIGHT = 54.0, 541.0
GUTTER, GAP = 26.0, 20.0
PAGE_TOP, FIRST_TOP, PAGE_BOTTOM = 782.0, 716.0, 60.0
ABOVE, BELOW, UNDER_CAPTION = 6.5, 6.0, 1.5

HEADING = Style(face=Face.DISPLAY, size=22, leading=27)
CAPTION = Style(face=Face.STRONG, size=8, leading=11)
BODY = Style(face=Face.TEXT, size=8.8, leading=12)
SMALL = Style(face=Face.TEXT, size=7.5, leading=10)
NUMBER = Style(face=Face.TITLE, size=11, leading=12.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What stands side by side: lines by language; the first row of an item carries number and captions."""

    cells: dict[str, list[str]]
    number: str = ""
    captions: dict[str, list[str]] | None = None
    marker: str = ""
    closes: bool = False

    @property
    def height(self) -> float:
        """Return the height in points, white included."""
        body = max((len(lines) for lines in self.cells.values()), default=0) * BODY.leading
        head = 0.0
        if self.captions is not None:
            head = max(len(lines) for lines in self.captions.values()) * CAPTION.leading + ABOVE + UNDER_CAPTION
        return head + body + (BELOW if self.closes else 2.0)


def lay_out_supplement(printout: Printout) -> list[list[Row]]:
    """Break the items into pages of rows."""
    pages: list[list[Row]] = [[]]
    room = FIRST_TOP - PAGE_BOTTOM
    for row in _rows(printout):
        if row.height > room:
            pages.append([])
            room = PAGE_TOP - PAGE_BOTTOM
        pages[-1].append(row)
        room -= row.height
    return pages


def draw_supplement_page(pen: Pen, printout: Printout, rows: list[Row], *, first: bool) -> None:
    """Draw one page of rows below its heading."""
    y = _draw_heading(pen, printout) if first else PAGE_TOP
    with pen.group("Table"):
        for index, row in enumerate(rows):
            y = _draw_row(pen, printout, row, y=y, ruled=row.captions is not None and index > 0)


def draw_page_foot(pen: Pen, printout: Printout, page: int, pages: int, *, left: float) -> None:
    """Draw the page number and, on later pages, institution, number and code: a loose page says where it belongs."""
    parts = [printout.main.issuer_name]
    if page > 1:
        parts += [printout.main.number, printed_code(printout.code)]
    numbers = " / ".join(label("page", k, page=str(page), pages=str(pages)) for k in printout.languages)
    with pen.artifact():
        y = 38.0
        pen.line(numbers, RIGHT - SMALL.width(numbers), y, style=SMALL, ink=GREY)
        room = RIGHT - left - SMALL.width(numbers) - 14
        *above, last = wrap("  ·  ".join(part for part in parts if part), SMALL, room)
        for offset, line in enumerate([last, *reversed(above)]):
            pen.line(line, left, y + offset * SMALL.leading, style=SMALL, ink=GREY)


def _columns(printout: Printout) -> tuple[dict[str, float], float]:
    """Return each language's left edge and the width of a column."""
    count = len(printout.languages)
    room = (RIGHT - LEFT - GUTTER - GAP * (count - 1)) / count
    return {k: LEFT + GUTTER + place * (room + GAP) for place, k in enumerate(printout.languages)}, room


def _rows(printout: Printout) -> Iterator[Row]:
    _, room = _columns(printout)
    for item in annex_items(printout):
        captions = {k: wrap(text, CAPTION, room) for k, text in item.captions.items()}
        pieces = list(_pieces(item, printout, room))
        for index, (marker, cells) in enumerate(pieces):
            yield Row(
                cells=cells,
                number=item.number if not index else "",
                captions=captions if not index else None,
                marker=marker,
                closes=index == len(pieces) - 1,
            )


def _pieces(item: Item, printout: Printout, room: float) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield an item's paragraphs side by side, the longest ones cut so that any piece fits a page."""
    count = max(len(paragraphs) for paragraphs in item.paragraphs.values())
    indent = 16.0 if item.numbered else 0.0
    most = int((PAGE_TOP - PAGE_BOTTOM) / BODY.leading) // 2
    for index in range(count):
        cells = {}
        for language in printout.languages:
            paragraphs = item.paragraphs[language]
            cells[language] = wrap(paragraphs[index], BODY, room - indent) if index < len(paragraphs) else []
        longest = max(len(lines) for lines in cells.values())
        for start in range(0, longest, most):
            marker = f"{index + 1}." if item.numbered and not start else ""
            yield marker, {k: lines[start : start + most] for k, lines in cells.items()}


def _draw_heading(pen: Pen, printout: Printout) -> float:
    y = PAGE_TOP - 14
    heading = " / ".join(dict.fromkeys(printout.labels("supplement").values()))
    with pen.content("H2", printout.languages[0]):
        y = pen.lines([heading], LEFT, y, style=HEADING, ink=printout.theme.accent) + 8
    lefts, room = _columns(printout)
    single = len(printout.languages) == 1
    for language, x in lefts.items():
        text = label("supplement_lead", language)
        if not single and language == printout.languages[0]:
            text += " " + label("authoritative", language)
        with pen.content("P", language):
            pen.lines(wrap(text, SMALL, room), x, y, style=SMALL, ink=GREY)
    return FIRST_TOP


def _draw_row(pen: Pen, printout: Printout, row: Row, *, y: float, ruled: bool) -> float:
    lefts, _ = _columns(printout)
    bottom = y - row.height
    if ruled:
        pen.rule(LEFT, y, RIGHT - LEFT, ink=HAIRLINE, weight=0.4)
    with pen.group("TR"):
        if row.captions is not None:
            y -= ABOVE + CAPTION.size
            if row.number:
                with pen.content("TH"):
                    pen.line(row.number, LEFT, y - 0.5, style=NUMBER, ink=printout.theme.accent)
            for language, x in lefts.items():
                with pen.content("TH", language):
                    pen.lines(row.captions[language], x, y, style=CAPTION, ink=printout.theme.accent)
            depth = max(len(lines) for lines in row.captions.values())
            y -= depth * CAPTION.leading + UNDER_CAPTION
        else:
            y -= BODY.size
        _draw_cells(pen, row, lefts, y)
    return bottom


def _draw_cells(pen: Pen, row: Row, lefts: dict[str, float], y: float) -> None:
    indent = 16.0 if row.marker else 0.0
    for language, x in lefts.items():
        if not row.cells[language]:
            continue
        with pen.content("TD", language):
            if row.marker:
                style = replace(BODY, size=8.5)
                pen.line(row.marker, x, y, style=style, ink=GREY)
            pen.lines(row.cells[language], x + indent, y, style=BODY, ink=INK)
