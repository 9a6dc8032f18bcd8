"""Text that a spreadsheet would run (threat T1): found on the way in, made harmless on the way out, the same both ways.

A plain number, such as the mark -1, is no formula and stays what it is.
"""

import re

from vc_issuer.intake.problems import Fault

FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
TEXT_MARK = "'"

_PLAIN_NUMBER = re.compile(r"[+\-]?[0-9]+(?:[.,][0-9]+)?", re.ASCII)


def starts_formula(text: str) -> bool:
    """Tell whether a spreadsheet would run a cell with this text."""
    return text[:1] in FORMULA_SIGNS and bool(text) and not _PLAIN_NUMBER.fullmatch(text)


def formula_fault(text: str) -> Fault | None:
    """Find a formula in a cell that should hold a name, a number or a code; there, no number has a sign."""
    bare = text.lstrip(TEXT_MARK)
    if not bare or bare[0] not in FORMULA_SIGNS:
        return None
    return Fault.of("text-formula", sign=bare[0] if bare[0].isprintable() else f"U+{ord(bare[0]):04X}")


def neutralise(text: str) -> str:
    """Return a cell that a spreadsheet shows and never runs; `restore` gives the text back."""
    return TEXT_MARK + text if starts_formula(text.lstrip(TEXT_MARK)) else text


def restore(text: str) -> str:
    """Return the text of a cell that `neutralise` wrote."""
    return text[1:] if text.startswith(TEXT_MARK) and starts_formula(text.lstrip(TEXT_MARK)) else text
