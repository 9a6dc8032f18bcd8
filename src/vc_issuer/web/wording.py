"""Every sentence of the pages, in Dutch, English, French and German; tests hold the languages complete."""

from collections.abc import Mapping
from functools import cache

from vc_issuer.recognition.wording import LANGUAGES, Say, read_texts, recognition_texts, write_date
from vc_issuer.recognition.wording import sayer as sayer_of

__all__ = ["LANGUAGES", "LANGUAGE_NAMES", "Say", "choose_language", "page_texts", "sayer", "write_date"]

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English", "fr": "Français", "de": "Deutsch"}


@cache
def page_texts() -> Mapping[str, Mapping[str, str]]:
    """Return every text that a page may say: its own, and those of the receiving side."""
    return {**recognition_texts(), **read_texts("vc_issuer.web", "wording", "console")}


def sayer(language: str) -> Say:
    """Return the function that says a text in `language`."""
    return sayer_of(language, page_texts())


def choose_language(asked: str | None, accepted: str) -> str:
    """Choose a page's language from `?lang=` or an Accept-Language header; English for everybody else."""
    if asked in LANGUAGES:
        return asked
    for part in accepted.split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return "en"
