"""Looking over a worksheet's XML before anyone builds its cells: bounds, formulas, error values, hidden rows.

The reader lays a sheet out as a full rectangle, so one cell in the far corner would take all memory, and it gives a
formula's last result without saying so. This pass counts first, and refuses entities (threat T2: billion laughs).
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from vc_issuer.intake.problems import refuse_file

MAX_ROWS = 20_000  # Far above the largest cohort; the sheet is held in memory as a rectangle.
MAX_COLUMNS = 100
MAX_ELEMENTS = 4_000_000  # A cell takes two or three elements.
MAX_COUNT = 1_000_000  # The reader makes room for as many texts or formats as an attribute announces.
MAX_TEXT_CHARACTERS = 16 * 2**20  # Over all cells: a shared text counts as often as it is used.

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_SHEET_RELATION = re.compile(r"(?:.*:)?id", re.ASCII)


@dataclass(slots=True)
class SheetFacts:
    """What the cells' values don't say. Rows and columns count from 1; cells are (row, column)."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)


def parse_limited(content: bytes, parser: expat.XMLParserType) -> None:
    """Run `parser` over one XML part, with document types, entities and foreign encodings refused."""
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_encoding
    parser.buffer_text = True
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise refuse_file("file-not-a-workbook", where="encoding")
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refuse_file("file-not-a-workbook", where="XML") from error


def scan_relations(content: bytes) -> dict[str, str]:
    """Return the target of each relation of the workbook, by its id."""
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        _check_counts(attributes)
        if _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parse_limited(content, parser)
    return targets


def scan_sheet_relations(content: bytes) -> dict[str, str]:
    """Return the relation id of each sheet of the workbook, by the sheet's name."""
    sheets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        _check_counts(attributes)
        if _local(name) == "sheet":
            ids = [value for key, value in attributes.items() if _SHEET_RELATION.fullmatch(key)]
            sheets[attributes.get("name", "")] = ids[0] if ids else ""

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parse_limited(content, parser)
    return sheets


def scan_shared_texts(content: bytes) -> list[int]:
    """Return the length of each shared text, in order."""
    lengths: list[int] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        _check_counts(attributes)
        if _local(name) == "si":
            lengths.append(0)

    def text(characters: str) -> None:
        if lengths:
            lengths[-1] += len(characters)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parse_limited(content, parser)
    return lengths


def check_part(content: bytes) -> None:
    """Refuse a part that is no plain XML."""

    def start(_: str, attributes: dict[str, str]) -> None:
        _check_counts(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parse_limited(content, parser)


def scan_sheet(content: bytes, shared: list[int]) -> SheetFacts:
    """Return what `content`, one worksheet, holds besides its values; refuse it past a limit."""
    scan = _SheetScan(shared)
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    parse_limited(content, parser)
    return scan.facts


class _SheetScan:
    """The state of one pass over a worksheet."""

    def __init__(self, shared: list[int]) -> None:
        self.facts = SheetFacts()
        self._shared = shared
        self._elements = 0
        self._characters = 0
        self._row = 0
        self._column = 0
        self._type = ""
        self._filled = False
        self._value: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        _check_counts(attributes)
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise refuse_file("file-bomb")
        match _local(name):
            case "row":
                self._row = _number(attributes.get("r"), self._row + 1)
                self._column = 0
                if attributes.get("hidden") in {"1", "true"}:
                    self.facts.hidden_rows.add(self._row)
            case "c":
                self._start_cell(attributes)
            case "f":
                self._filled = True
                self.facts.formulas.add((self._row, self._column))
            case "v" | "is":
                self._filled = True
                self._value = []

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        self._type = attributes.get("t", "")
        self._filled = False
        if (reference := attributes.get("r")) is not None:
            matched = _REFERENCE.fullmatch(reference)
            if matched is None:
                raise refuse_file("file-not-a-workbook", where="cell")
            self._column = _column_number(matched[1])
            self._row = int(matched[2])

    def end(self, name: str) -> None:
        match _local(name):
            case "c":
                # A far cell that only carries a format takes no room; one with a value does.
                if self._filled and (self._row > MAX_ROWS or self._column > MAX_COLUMNS):
                    raise refuse_file("file-too-many-rows", rows=MAX_ROWS, columns=MAX_COLUMNS)
                if self._type == "e":
                    self.facts.errors.add((self._row, self._column))
            case "v" | "is":
                self._count_text("".join(self._value or ()))
                self._value = None

    def text(self, characters: str) -> None:
        if self._value is not None:
            self._value.append(characters)

    def _count_text(self, value: str) -> None:
        length = len(value)
        if self._type == "s":
            index = _number(value.strip(), len(self._shared))
            if index >= len(self._shared):
                raise refuse_file("file-not-a-workbook", where="shared texts")
            length = self._shared[index]
        self._characters += length
        if self._characters > MAX_TEXT_CHARACTERS:
            raise refuse_file("file-bomb")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refuse_file("file-not-a-workbook", where="number")
    return int(text)


def _check_counts(attributes: dict[str, str]) -> None:
    for name in ("count", "uniqueCount"):
        if _number(attributes.get(name), 0) > MAX_COUNT:
            raise refuse_file("file-bomb")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _refuse_doctype(*_: object) -> None:
    raise refuse_file("file-bomb")


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise refuse_file("file-not-a-workbook", where="encoding")
