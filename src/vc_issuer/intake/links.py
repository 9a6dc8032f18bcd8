"""Links that a credential may carry: https, absolute, and naming nobody."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from vc_issuer.intake.numbers import is_national_number

MAX_LINK_CHARACTERS = 500
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.ASCII)  # what an IRI may hold unescaped, in ASCII


def is_link(text: str) -> bool:
    """Tell whether a text is an absolute https address without a user's name or password in it."""
    if len(text) > MAX_LINK_CHARACTERS or not _PLAIN.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in (parts.hostname or "") and parts.username is None


def names_somebody(link: str, *, words: tuple[str, ...]) -> bool:
    """Tell whether a link tells who its subject is: an e-mail address, a national number, or one of `words`.

    `words` are the learner's names and number; a part of a name shorter than three letters is no evidence.
    """
    text = unquote(link)
    path = text.split("/", 3)[3] if text.count("/") >= 3 else ""
    found = _parts(path)
    known = {part for word in words for part in _parts(word) if len(part) > 2}
    return "@" in text or is_national_number(path) or not known.isdisjoint(found)


def _parts(text: str) -> set[str]:
    """Return the words of a text in small letters without accents: those of D'Hondt are `d`, `hondt` and `dhondt`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    joined = re.sub(r"['\u2019\u02bc]", "", plain)
    return {part for each in (plain, joined) for part in re.split(r"[\W_]+", each) if part}
