"""How alike two learning outcomes are worded: an aid to the eye, in the languages' own words, never a judgement."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{3,}")
_STEM = 6  # letters: enough to see "evaluates" in "evaluation", in the languages spoken here
ALIKE = 0.5  # of the words of the shorter one: from here on a person should compare the two


def likeness(one: str, other: str) -> float:
    """Return how many of the shorter text's words stand in the other, from 0 to 1; one word alone proves nothing."""
    first, second = _words(one), _words(other)
    shorter = min(len(first), len(second))
    if shorter < 2:
        return float(first == second and bool(first))
    return len(first & second) / shorter


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return frozenset(word[:_STEM] for word in _WORD.findall(plain))
