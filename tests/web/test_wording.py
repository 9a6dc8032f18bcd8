import re

from vc_issuer.model.report import Verdict
from vc_issuer.recognition.verdict_words import TONES
from vc_issuer.web import pages
from vc_issuer.web.wording import LANGUAGE_NAMES, LANGUAGES, choose_language, page_texts

SAID = re.compile(r"""say\(\s*['"]([\w.-]+)['"]\s*[),]""")


def test_every_text_exists_in_every_language_with_the_same_holes():
    holes = re.compile(r"\{\w+\}")
    assert set(LANGUAGE_NAMES) == set(LANGUAGES) == {"nl", "en", "fr", "de"}
    for name, texts in page_texts().items():
        assert set(texts) == set(LANGUAGES), name
        assert all(text.strip() for text in texts.values()), name
        assert len({frozenset(holes.findall(text)) for text in texts.values()}) == 1, name


def test_whatever_a_template_says_has_words():
    said = {name for path in pages.TEMPLATES.glob("*.html") for name in SAID.findall(path.read_text(encoding="utf-8"))}
    assert len(said) > 50
    assert sorted(said - set(page_texts())) == []


def test_could_not_check_is_never_worded_as_good_or_bad():
    for verdict in (Verdict.UNKNOWN_ISSUER, Verdict.STATUS_UNKNOWN, Verdict.UNREADABLE):
        assert verdict not in TONES


def test_language_is_asked_for_then_accepted_then_english():
    assert choose_language("nl", "en") == "nl"
    assert choose_language("xx", "it-IT, fr-BE;q=0.8, nl;q=0.7") == "fr"
    assert choose_language(None, "de-AT") == "de"
    assert choose_language(None, "it") == "en"
