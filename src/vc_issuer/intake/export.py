"""Writing back to the registrar: refused rows as a CSV file to correct, and all problems as CSV, JSON or text.

Every cell is safe to open in a spreadsheet (threat T1); reading a written file again gives the same cells.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from vc_issuer.intake.cohort import CohortReading
from vc_issuer.intake.formulas import neutralise
from vc_issuer.intake.problems import Problem

# Semicolons, a byte order mark and CRLF: what a spreadsheet with Dutch or Belgian settings opens as columns.
SEPARATOR = ";"
ENCODING = "utf-8-sig"

_LABELS = {
    "nl": {
        "row": "rij",
        "column": "kolom",
        "value": "waarde",
        "severity": "ernst",
        "problem": "probleem",
        "remedy": "oplossing",
        "file": "Het bestand",
        "E": "fout",
        "W": "waarschuwing",
    },
    "en": {
        "row": "row",
        "column": "column",
        "value": "value",
        "severity": "severity",
        "problem": "problem",
        "remedy": "remedy",
        "file": "The file",
        "E": "error",
        "W": "warning",
    },
}


def write_refused_rows(reading: CohortReading, *, language: str = "nl") -> bytes:
    """Write the refused rows as they were, each with its row number, problems and remedies behind it.

    The added columns have headings that a next import knows and leaves alone.
    """
    labels = _LABELS[language]
    # Cells beyond the headings are what is wrong with some rows: they are written back as well.
    width = max(len(reading.headings), *(_filled(refused.cells) for refused in reading.refused_rows), 0)
    lines: list[Sequence[str]] = [
        (*_pad(reading.headings, width), labels["row"], labels["problem"], labels["remedy"]),
    ]
    for refused in reading.refused_rows:
        cells = _pad(refused.cells, width)
        problems = dict.fromkeys(problem.message.best(language) for problem in refused.problems)
        remedies = dict.fromkeys(problem.remedy.best(language) for problem in refused.problems)
        lines.append((*cells, str(refused.number), " ".join(problems), " ".join(remedies)))
    return _write(lines)


def write_problems_csv(problems: Iterable[Problem], *, language: str = "nl") -> bytes:
    """Write all problems, one a line."""
    labels = _LABELS[language]
    header = tuple(labels[name] for name in ("row", "column", "value", "severity", "problem", "remedy"))
    lines = [
        (
            "" if problem.row is None else str(problem.row),
            problem.column,
            problem.value,
            labels[problem.severity.value],
            problem.message.best(language),
            problem.remedy.best(language),
        )
        for problem in problems
    ]
    return _write([header, *lines])


def problem_members(problem: Problem) -> dict[str, object]:
    """Return a problem as a JSON object, in both languages."""
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "code": problem.code,
        "severity": _LABELS["en"][problem.severity.value],
        "message": problem.message.as_dict(),
        "remedy": problem.remedy.as_dict(),
    }


def write_problems_json(problems: Iterable[Problem]) -> str:
    """Write all problems as a JSON list, in both languages."""
    return json.dumps([problem_members(problem) for problem in problems], ensure_ascii=False, indent=2)


def write_problems_text(problems: Iterable[Problem], *, language: str = "nl") -> str:
    """Write all problems as lines for a terminal: where, what stands there, what is wrong, what to do."""
    return "\n".join(_text_line(problem, language) for problem in problems)


def _filled(cells: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _pad(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells, *("",) * width)[:width]


def _text_line(problem: Problem, language: str) -> str:
    labels = _LABELS[language]
    where = [labels["file"]] if problem.row is None else [f"{labels['row'].capitalize()} {problem.row}"]
    if problem.column:
        where.append(f"{labels['column']} {_visible(problem.column)}")
    if problem.value and problem.value != problem.column:
        where.append(f"“{_visible(problem.value)}”")
    return f"{', '.join(where)} ({labels[problem.severity.value]}): {problem.sentence(language)}"


def _visible(text: str) -> str:
    """Return text that can't steer a terminal or hide itself."""
    return "".join(character if character.isprintable() else f"\\u{{{ord(character):04x}}}" for character in text)


def _write(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([neutralise(cell) for cell in line] for line in lines)
    return out.getvalue().encode(ENCODING, errors="backslashreplace")
