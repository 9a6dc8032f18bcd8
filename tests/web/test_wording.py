import re

from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.web.wording import LANGUAGES, TEXTS, VERDICTS, choose_language


def test_every_text_exists_in_every_language_with_the_same_holes():
    holes = re.compile(r"\{\w+\}")
    for name, texts in TEXTS.items():
        assert len(texts) == len(LANGUAGES), name
        assert all(texts), name
        assert len({frozenset(holes.findall(text)) for text in texts}) == 1, name


def test_every_verdict_check_and_outcome_has_its_words():
    assert set(VERDICTS) == set(Verdict)
    assert all(f"check_{check.word}" in TEXTS for check in CheckId)
    assert all(outcome.value in TEXTS for outcome in Outcome)


def test_could_not_check_is_never_worded_as_good_or_bad():
    for verdict in (Verdict.UNKNOWN_ISSUER, Verdict.STATUS_UNKNOWN, Verdict.UNREADABLE):
        assert VERDICTS[verdict][0] == "wait"


def test_language_is_asked_for_then_accepted_then_english():
    assert choose_language("nl", "en") == "nl"
    assert choose_language("xx", "fr-BE, nl;q=0.8") == "nl"
    assert choose_language(None, "fr") == "en"
