"""Draw on the pages of a PDF: kerned text, rules, forms; every text as plain glyphs, never as markup (threat T36).

What is drawn is noted in a structure tree as it goes, in reading order, with its language (PDF/UA-1, 7.1);
ornaments are artifacts. `tagging` writes the tree into the file afterwards.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from vc_issuer.rendering.lines import Style
from vc_issuer.rendering.typefaces import font, kerning, runs

Colour = tuple[float, float, float]


@dataclass(slots=True, kw_only=True)
class Element:
    """A node of the structure tree: a role of ISO 32000-1 14.8.4 with children, or one marked content of a page."""

    role: str
    language: str = ""
    alternative: str = ""
    page: int = 0
    marked_id: int | None = None
    children: list["Element"] = field(default_factory=list)


def colour(code: str) -> Colour:
    """Turn `RRGGBB` into parts of one."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


class Pen:
    """Draws on a reportlab canvas in points from the lower left corner, and notes the structure."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.root = Element(role="Document")
        self.page = 0
        self._open = [self.root]
        self._next_id = 0

    def turn_page(self) -> None:
        """Finish the page and begin the next one."""
        self.canvas.showPage()
        self.page += 1
        self._next_id = 0

    @contextmanager
    def group(self, role: str) -> Iterator[None]:
        """Note a node that holds what is drawn inside, such as a table row."""
        element = Element(role=role, page=self.page)
        self._open[-1].children.append(element)
        self._open.append(element)
        yield
        self._open.pop()

    @contextmanager
    def content(self, role: str, language: str = "", *, alternative: str = "") -> Iterator[None]:
        """Mark what is drawn inside as one piece of content on this page."""
        element = Element(
            role=role, language=language, alternative=alternative, page=self.page, marked_id=self._next_id
        )
        self._open[-1].children.append(element)
        self.canvas.addLiteral(f"/{role} <</MCID {self._next_id}>> BDC")
        self._next_id += 1
        yield
        self.canvas.addLiteral("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Mark what is drawn inside as ornament, or as repeated on each page: readers pass over it."""
        self.canvas.addLiteral("/Artifact BMC")
        yield
        self.canvas.addLiteral("EMC")

    def line(self, text: str, x: float, y: float, *, style: Style, ink: Colour) -> float:
        """Draw one line of text with its baseline at `y`; return its width."""
        code = [f"BT {_number(*ink)} rg {_number(style.tracking)} Tc {_number(x, y)} Td"]
        code.extend(self._show(stem, stretch, style.size) for stem, stretch in runs(text, style.face))
        self.canvas.addLiteral(" ".join([*code, "ET"]))
        return style.width(text)

    def lines(self, texts: Sequence[str], x: float, y: float, *, style: Style, ink: Colour) -> float:
        """Draw lines below each other, the first baseline at `y`; return the baseline of the line that would follow."""
        for text in texts:
            self.line(text, x, y, style=style, ink=ink)
            y -= style.leading
        return y

    def centred(self, text: str, x: float, y: float, *, style: Style, ink: Colour) -> None:
        """Draw one line around `x`."""
        self.line(text, x - (style.width(text) - style.tracking) / 2, y, style=style, ink=ink)

    def rule(self, x: float, y: float, length: float, *, ink: Colour, weight: float = 0.5) -> None:
        """Draw a horizontal rule, as an ornament."""
        with self.artifact():
            self.canvas.setStrokeColorRGB(*ink)
            self.canvas.setLineWidth(weight)
            self.canvas.line(x, y, x + length, y)

    def _show(self, stem: str, text: str, size: float) -> str:
        """Write the operators that show `text`: one array per subset, with the kerning inside it."""
        face = font(stem)
        document = self.canvas._doc  # type: ignore[attr-defined] # noqa: SLF001 reportlab has no public name for it
        code: list[str] = []
        rest = iter(text)
        for subset, glyphs in face.splitString(text, document):  # a byte for each character
            name = face.getSubsetInternalName(subset, document)
            code.append(f"{'] TJ ' if code else ''}{name} {_number(size)} Tf [")
            previous = ""
            for glyph, character in zip(glyphs, rest, strict=False):
                if previous and (shift := kerning(stem, previous, character)):
                    code.append(_number(-shift))
                code.append(f"<{glyph:02x}>")
                previous = character
        return "".join([*code, "] TJ"]).replace("><", "")


def _number(*values: float) -> str:
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") or "0" for value in values)
