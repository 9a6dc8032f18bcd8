"""Break text into lines that fit: at spaces and hyphens, inside a word only where nothing else helps."""

import re
from dataclasses import dataclass

from vc_issuer.rendering.typefaces import Face, width

_BREAK = re.compile(r"(?<=[ \u2010\u2013\u2014/-])(?=[^ ])")
_BALANCE_STEPS = 12  # halvings of the search for the narrowest width that needs no further line


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text is set: face, size and leading in points, tracking in points after each character."""

    face: Face
    size: float
    leading: float
    tracking: float = 0

    def scaled(self, factor: float, *, least: float) -> "Style":
        """Return the style at `factor` times its size, but never below `least` points."""
        size = max(self.size * factor, min(least, self.size))
        ratio = size / self.size
        return Style(face=self.face, size=size, leading=self.leading * ratio, tracking=self.tracking * ratio)

    def width(self, text: str) -> float:
        """Measure one line in points."""
        return width(text, self.face, self.size, tracking=self.tracking)


def wrap(text: str, style: Style, available: float) -> list[str]:
    """Break `text` into lines no wider than `available` points; a newline in it starts a new line.

    A line that breaks at a space keeps it, so that who reads the text back finds the words apart.
    """
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, style, available)]


def balance(text: str, style: Style, available: float) -> list[str]:
    """Break `text` like `wrap`, in as few lines, but with lines of about the same width."""
    lines = wrap(text, style, available)
    if len(lines) < 2:
        return lines
    low, high = available / len(lines) / 2, available
    for _ in range(_BALANCE_STEPS):
        middle = (low + high) / 2
        tried = wrap(text, style, middle)
        if len(tried) <= len(lines) and not _breaks_a_word(tried, text):
            lines, high = tried, middle
        else:
            low = middle
    return lines


def pieces(text: str) -> list[str]:
    """Return the parts of `text` between which a line may break, without the space after each."""
    return [piece.rstrip() for line in text.split("\n") for piece in _BREAK.split(line)]


def _wrap_paragraph(paragraph: str, style: Style, available: float) -> list[str]:
    lines: list[str] = []
    current, used = "", 0.0
    for piece in _BREAK.split(paragraph):
        if used + style.width(piece.rstrip()) <= available:
            current, used = current + piece, used + style.width(piece)
            continue
        if current:
            lines.append(current)
        *full, current = _cut_word(piece, style, available)
        used = style.width(current)
        lines.extend(full)
    return [*lines, current.rstrip()]


def _cut_word(word: str, style: Style, available: float) -> list[str]:
    if style.width(word.rstrip()) <= available:
        return [word]
    parts, start = [], 0
    for end in range(1, len(word) + 1):
        if end - start > 1 and style.width(word[start:end].rstrip()) > available:
            parts.append(word[start : end - 1])
            start = end - 1
    return [*parts, word[start:]]


def _breaks_a_word(lines: list[str], text: str) -> bool:
    whole = set(pieces(text))
    return any(line and _BREAK.split(line)[-1].rstrip() not in whole for line in lines)
