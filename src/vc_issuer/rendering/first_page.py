"""The face of a document: who achieved what, under whose name, and where to check it.

Name and title take the room they need: both shrink together, to nine points at least, until the page holds them.
"""

from dataclasses import dataclass, replace
from io import BytesIO

from reportlab.lib.utils import ImageReader

from vc_issuer.rendering.guilloche import BAND_WIDTH, draw_band, draw_rosette
from vc_issuer.rendering.labels import decimal_text, label, long_date
from vc_issuer.rendering.lines import Style, balance, pieces, wrap
from vc_issuer.rendering.pen import Colour, Pen
from vc_issuer.rendering.printout import GREY, HAIRLINE, INK, Printout, is_ects, level_lines
from vc_issuer.rendering.proof_zone import draw_proof_zone
from vc_issuer.rendering.typefaces import Face

LEFT, RIGHT = 98.0, 543.0
TOP, BOTTOM = 806.0, 36.0
BAND_LEFT = 36.0
BODY_TOP, STRIP_TOP = 660.0, 262.0
MOST_LINES = 3  # of display type, before it has shrunk to twice the least size
LEAST_POINTS = 9.0  # domain part 3: a name of 120 characters at 9 points at least
_FACTORS = tuple(1 - step / 40 for step in range(29))

HEAD = Style(face=Face.TITLE, size=15, leading=19)
KIND = Style(face=Face.DISPLAY, size=28, leading=33)
NAME = Style(face=Face.DISPLAY, size=37, leading=43)
TITLE = Style(face=Face.TITLE, size=21, leading=27)
TITLE_SECOND = Style(face=Face.DISPLAY, size=13, leading=17.5)
BODY = Style(face=Face.TEXT, size=10.5, leading=14.5)
SECOND = Style(face=Face.TEXT, size=9, leading=12.5)
CAPTION = Style(face=Face.STRONG, size=7.5, leading=10.5, tracking=0.15)
FACT = Style(face=Face.DISPLAY, size=12.5, leading=16.5)
FACT_SECOND = Style(face=Face.TEXT, size=8.5, leading=11.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of one style with the white before them; `stretch` shares what room is left, `shrinks` gives it up."""

    role: str
    language: str
    text: str
    style: Style
    ink: Colour
    before: float
    stretch: float = 0
    shrinks: bool = False

    def lines(self, room: float) -> list[str]:
        """Break the text, evenly where it is display type."""
        return (balance if self.shrinks else wrap)(self.text, self.style, room)


def draw_first_page(pen: Pen, printout: Printout) -> None:
    """Draw the whole page."""
    with pen.artifact():
        draw_band(pen.canvas, "band", x=BAND_LEFT, bottom=BOTTOM, top=TOP)
        for x in (BAND_LEFT - 3, BAND_LEFT + BAND_WIDTH + 3):
            _upright(pen, x, printout.theme.tint)
    top = min(BODY_TOP, _draw_head(pen, printout) - 10)
    blocks, slack = _fit(_body(printout), RIGHT - LEFT, top - STRIP_TOP - 26)
    _draw_blocks(pen, blocks, top, slack)
    # After the title, though it stands beside the head: text is read back in the order in which it was drawn, and a
    # number that follows the kind of document ends up on its line.
    _draw_medallion(pen, printout)
    _draw_strip(pen, printout)
    draw_proof_zone(pen, printout, left=LEFT, right=RIGHT)


def _upright(pen: Pen, x: float, ink: Colour) -> None:
    pen.canvas.setStrokeColorRGB(*ink)
    pen.canvas.setLineWidth(0.5)
    pen.canvas.line(x, BOTTOM, x, TOP)


def _draw_head(pen: Pen, printout: Printout) -> float:
    """Draw logo, institutions and the kind of document; return where the next line would stand."""
    room, y = RIGHT - LEFT - 128, TOP - 22
    if printout.logo:
        y = _draw_logo(pen, printout, y)
    shown: set[str] = set()
    for language, summary in printout.summaries.items():
        for name in summary.awarding_bodies or (summary.issuer_name,):
            if name in shown:
                continue
            style, ink = (SECOND, GREY) if shown and language != printout.languages[0] else (HEAD, INK)
            shown.add(name)
            with pen.content("P", language):
                y = pen.lines(wrap(name, style, room), LEFT, y, style=style, ink=ink)
    y = min(y - 26, TOP - 74)
    for index, (language, text) in enumerate(printout.labels(printout.kind).items()):
        style, ink = (SECOND, GREY) if index else (_on_one_line(text, KIND, room), printout.theme.accent)
        with pen.content("P" if index else "H1", language):
            y = pen.lines(wrap(text, style, room), LEFT, y, style=style, ink=ink)
        y += 0 if index else style.leading - 19
    return y


def _on_one_line(text: str, style: Style, room: float) -> Style:
    return style.scaled(min(1.0, room / style.width(text)), least=18)


def _draw_logo(pen: Pen, printout: Printout, y: float) -> float:
    image = ImageReader(BytesIO(printout.logo or b""))
    width, height = image.getSize()
    scale = min(150 / width, 34 / height)
    with pen.content("Figure", printout.languages[0], alternative=printout.main.issuer_name):
        pen.canvas.drawImage(image, LEFT, y - height * scale + 14, width * scale, height * scale, mask="auto")
    return y - height * scale - 8


def _draw_medallion(pen: Pen, printout: Printout) -> None:
    summary = printout.main
    x, y, radius = RIGHT - 50, TOP - 56, 56.0
    with pen.artifact():
        draw_rosette(pen.canvas, "rosette", x=x, y=y, radius=radius)
    if summary.credits is None:
        return
    number = decimal_text(summary.credits, summary.language)
    unit = "ECTS" if is_ects(summary) else label("credits_unit", summary.language)
    size = min(30.0, 66 / max(len(number), 1))
    with pen.content("P", summary.language):
        pen.centred(number, x, y - 4, style=Style(face=Face.TITLE, size=size, leading=size), ink=printout.theme.accent)
        unit_style = Style(face=Face.STRONG, size=8.5 if len(unit) < 8 else 7, leading=10, tracking=0.8)
        pen.centred(unit, x, y - 18, style=unit_style, ink=printout.theme.accent)


def _body(printout: Printout) -> list[Block]:
    """List the text from the opening words to the title, in reading order."""
    main = printout.main
    opening = {k: label("certifies", k, issuer=summary.issuer_name) for k, summary in printout.summaries.items()}
    blocks = _plain(printout, opening)
    blocks.append(
        Block(role="H2", language="", text=main.learner_name, style=NAME, ink=INK, before=20, stretch=0.4, shrinks=True)
    )
    if main.birth_date:
        born = [label("born", k, date=long_date(main.birth_date, k)) for k in printout.languages]
        blocks.append(Block(role="P", language="", text="  ·  ".join(born), style=SECOND, ink=GREY, before=3))
    achieved = [
        replace(block, before=0 if index else 24, stretch=0 if index else 1)
        for index, block in enumerate(_plain(printout, printout.labels(f"achieved_{printout.kind}")))
    ]
    return [*blocks, *achieved, *_titles(printout)]


def _plain(printout: Printout, texts: dict[str, str]) -> list[Block]:
    return [
        Block(
            role="P",
            language=language,
            text=texts[language],
            style=SECOND if index else BODY,
            ink=GREY if index else INK,
            before=0,
        )
        for index, language in enumerate(printout.languages)
    ]


def _titles(printout: Printout) -> list[Block]:
    found = dict.fromkeys(summary.title for summary in printout.summaries.values())
    return [
        Block(
            role="P" if index else "H2",
            language=next(k for k, s in printout.summaries.items() if s.title == title),
            text=title,
            style=TITLE_SECOND if index else TITLE,
            ink=GREY if index else printout.theme.accent,
            before=6 if index else 12,
            stretch=0 if index else 0.2,
            shrinks=True,
        )
        for index, title in enumerate(found)
    ]


def _fit(blocks: list[Block], room: float, height: float) -> tuple[list[Block], float]:
    """Shrink name and title until everything stands within `height`; return the blocks and the height left."""
    whole = [replace(block, style=_whole_words(block, room)) for block in blocks]
    fitted = whole
    for factor in _FACTORS:
        fitted = [
            replace(block, style=block.style.scaled(factor, least=LEAST_POINTS), before=block.before * factor)
            if block.shrinks
            else replace(block, before=block.before * factor)
            for block in whole
        ]
        used = sum(block.before + len(wrap(block.text, block.style, room)) * block.style.leading for block in fitted)
        if used <= height:
            return fitted, height - used
    return fitted, 0.0


def _whole_words(block: Block, room: float) -> Style:
    """Shrink display type until its longest word stands on a line, and a name on three lines."""
    if not block.shrinks:
        return block.style
    widest = max((block.style.width(word) for word in pieces(block.text)), default=0)
    style = block.style.scaled(min(1.0, room / widest) if widest else 1.0, least=LEAST_POINTS)
    while block.role == "H2" and style.size > 2 * LEAST_POINTS and len(wrap(block.text, style, room)) > MOST_LINES:
        style = style.scaled(0.95, least=LEAST_POINTS)
    return style


def _draw_blocks(pen: Pen, blocks: list[Block], top: float, slack: float) -> None:
    shares = sum(block.stretch for block in blocks) or 1
    y = top - blocks[0].style.size - slack * 0.16
    for block in blocks:
        y -= block.before + min(slack * 0.5 * block.stretch / shares, 34 * block.stretch)
        ascent = block.style.leading - BODY.leading if block.shrinks else 0
        y -= ascent * 0.5
        with pen.content(block.role, block.language):
            y = pen.lines(block.lines(RIGHT - LEFT), LEFT, y, style=block.style, ink=block.ink)
        y += ascent * 0.5


def _draw_strip(pen: Pen, printout: Printout) -> None:
    """Draw the facts in columns between two hairlines."""
    facts = _facts(printout)
    pen.rule(LEFT, STRIP_TOP, RIGHT - LEFT, ink=HAIRLINE)
    column = (RIGHT - LEFT) / max(len(facts), 1)
    for index, (key, values) in enumerate(facts):
        x, y = LEFT + index * column, STRIP_TOP - 17
        room = column - 14
        captions = [label(key, language) for language in printout.languages]
        for place, caption in enumerate(dict.fromkeys(captions)):
            ink = GREY if place else printout.theme.accent
            with pen.content("P", printout.languages[place]):
                style = replace(CAPTION, face=Face.TEXT) if place else CAPTION
                y = pen.lines(wrap(caption, style, room), x, y, style=style, ink=ink)
        y -= 7
        for place, value in enumerate(values):
            style, ink = (FACT, INK) if not place else (FACT_SECOND, GREY)
            with pen.content("P"):
                y = pen.lines(wrap(value, style, room), x, y, style=style, ink=ink)
    pen.rule(LEFT, STRIP_TOP - 76, RIGHT - LEFT, ink=HAIRLINE)


def _facts(printout: Printout) -> list[tuple[str, list[str]]]:
    main = printout.main
    facts: list[tuple[str, list[str]]] = []
    if main.mark:
        facts.append(("mark", list(dict.fromkeys(s.mark for s in printout.summaries.values()))))
    elif main.passed and main.scale:
        facts.append(("mark", [label("passed", k) for k in printout.languages]))
    if levels := level_lines(main):
        facts.append(("level", levels))
    if main.awarded_on:
        facts.append(("awarded_on", [long_date(main.awarded_on, k) for k in printout.languages]))
    if main.hours:
        facts.append(("workload", [label("hours", k, count=str(main.hours)) for k in printout.languages]))
    return facts
