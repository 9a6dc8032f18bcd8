"""Reading a person's name as it will be signed: NFC, visible, of letters; odd but possible names only warn (threat T3).

A name is what the register has: any script, one word or ten, with no rule about capitals or order.
"""

import re
import unicodedata

from vc_issuer.intake.formulas import formula_fault
from vc_issuer.intake.problems import Fault, Reading
from vc_issuer.model.text import ZERO_WIDTH, normalise_text, text_defects

MAX_NAME_CHARACTERS = 250  # Names of 200 characters reach the PDF (threat T3); none on record is longer.

_LINE_BREAKS = frozenset("\r\n\t\v\f")
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic names are spelled with them.
_PUNCTUATION = frozenset(" -'’ʼ‘`´.,·‐‑–־׳״・٬\u00a0\u202f")
_COMPARED_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_PLACEHOLDERS = frozenset(
    # Na, Null and X are not here: people have those names.
    {"n/a", "#n/a", "#n/b", "nvt", "n.v.t.", "onbekend", "unknown", "-", "--", ".", "xxx"}
)
_NO_GIVEN_NAME = "FNU"
_TITLE = re.compile(
    r"\b(?:(?:dr|ir|ing|prof|mr|mrs|ms|mevr|dhr|drs|lic|jr|sr)\.|(?:dr|ir|ing|prof|mevr|dhr|drs)(?=\s)"
    r"|ph\.?d\b\.?|m\.?sc\b\.?|b\.?sc\b\.?|(?:jr|sr)$|(?-i:II|III|IV)$)",
    re.IGNORECASE,
)
_FORBIDDEN_CATEGORIES = frozenset({"Cn", "Co", "Cs", "Cc", "Cf", "Sc", "Sm", "So", "Sk", "Zl", "Zp"})
_ODD_CATEGORIES = frozenset({"Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"})


def read_name(raw: str) -> Reading[str]:
    """Read one cell that holds a name or a part of one; an empty cell gives no value and no fault."""
    visible = "".join(character for character in raw if character not in ZERO_WIDTH)
    name = normalise_text(visible)
    if not name:
        return Reading()
    refused = _refusals(visible, name)
    if refused:
        return Reading(None, tuple(refused))
    name, warnings = _without_import_dot(name)
    if visible != raw:
        warnings.append(Fault("name-zero-width"))
    if _LINE_BREAKS & set(visible.strip()):
        warnings.append(Fault("name-line-break"))
    return Reading(name, (*warnings, *_oddities(name)))


def join_name(given: str, family: str) -> str:
    """Make a full name of its parts, either of which may be missing."""
    return f"{given} {family}".strip()


def is_no_given_name(given: str) -> bool:
    """Tell whether a given name is the placeholder that visas use where there is none."""
    return given.upper() == _NO_GIVEN_NAME


def control_fault(text: str) -> Fault | None:
    """Find the first character that may not stand in a signed text; line breaks and tabs are white space."""
    kept = "".join(" " if character in _LINE_BREAKS else character for character in text)
    for defect in text_defects(kept):
        return Fault.of("text-controls", kind=defect.kind, hexadecimal=f"{ord(defect.character):04X}")
    return None


def _refusals(visible: str, name: str) -> list[Fault]:
    formula = formula_fault(visible.strip(" \u00a0\n"))
    control = control_fault(visible)
    if formula or control:
        return [fault for fault in (formula, control) if fault]
    if len(name) > MAX_NAME_CHARACTERS:
        return [Fault.of("name-too-long", limit=MAX_NAME_CHARACTERS)]
    if name.casefold() in _PLACEHOLDERS:
        return [Fault("name-placeholder")]
    if _is_damaged(name):
        return [Fault("name-damaged")]
    symbol = next((c for before, c in zip(f" {name}", name, strict=False) if _is_symbol(c, before)), "")
    return [_symbol_fault(symbol)] if symbol else []


def _is_symbol(character: str, before: str) -> bool:
    if character in _JOINERS:
        # Between Latin letters a joiner does nothing but make two names differ invisibly.
        return not before.isalpha() or bool(_script(before))
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES and character not in _PUNCTUATION


def _symbol_fault(character: str) -> Fault:
    what = unicodedata.name(character, "unassigned").lower()
    return Fault.of("name-symbol", hexadecimal=f"{ord(character):04X}", what=what)


def _is_damaged(name: str) -> bool:
    """Tell whether letters were lost (question marks, U+FFFD), or UTF-8 was once read as Windows-1252."""
    if "?" in name or "\ufffd" in name:
        return True
    try:
        return name.encode("cp1252").decode("utf-8") != name
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False


def _without_import_dot(name: str) -> tuple[str, list[Fault]]:
    stripped = name.removesuffix(" .").removeprefix(". ")
    return stripped, [Fault("name-import-dot")] if stripped != name else []


def _oddities(name: str) -> list[Fault]:
    faults = []
    if titles := _TITLE.findall(name):
        faults.append(Fault.of("name-title", title=", ".join(titles)))
    if "," in name:
        faults.append(Fault("name-comma"))
    odd = [c for c in name if unicodedata.category(c) in _ODD_CATEGORIES and c not in _PUNCTUATION]
    if odd:
        faults.append(Fault.of("name-odd", hexadecimal=f"{ord(odd[0]):04X}"))
    for word in re.split(r"[\s\-]+", name):
        scripts = {script for character in word if (script := _script(character))}
        if len(scripts) > 1:
            faults.append(Fault.of("name-scripts", scripts=", ".join(sorted(script.title() for script in scripts))))
            break
    return faults


def _script(character: str) -> str:
    """Return the script of a letter where look-alikes exist between scripts, else nothing."""
    name = unicodedata.name(character, "")
    return next((script for script in _COMPARED_SCRIPTS if name.startswith(f"{script} ")), "")
