"""Every sentence of the receiving side exists in every language, with the same holes."""

import re
from datetime import date
from decimal import Decimal

import pytest

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.recognition.facts import Question, Source
from vc_issuer.recognition.wording import LANGUAGES, read_texts, recognition_texts, write_date, write_number

HOLES = re.compile(r"\{\w+\}")
# Findings that a check may make beside its outcomes (decisions 7.2).
FINDINGS = {"validity": ["expired", "not-yet-valid"], "status": ["revoked", "suspended", "superseded"]}


def test_every_text_exists_in_every_language_with_the_same_holes():
    for name, texts in recognition_texts().items():
        assert set(texts) == set(LANGUAGES), name
        assert all(text.strip() for text in texts.values()), name
        assert len({frozenset(HOLES.findall(text)) for text in texts.values()}) == 1, name


def test_every_check_has_a_sentence_for_every_outcome_and_finding():
    texts = recognition_texts()
    for check in CheckId:
        words = ["title", *(outcome.value for outcome in Outcome), *FINDINGS.get(check.word, [])]
        assert [word for word in words if f"check.{check.word}.{word}" not in texts] == []


def test_every_verdict_question_and_source_has_its_words():
    texts = recognition_texts()
    assert all(f"verdict.{verdict.value}.{part}" in texts for verdict in Verdict for part in ("sentence", "advice"))
    assert all(f"question.{question.value}" in texts for question in Question)
    assert all(f"source.{source.value}" in texts for source in Source)


def test_no_sentence_is_the_same_in_two_languages_by_oversight():
    long = {name: texts for name, texts in recognition_texts().items() if min(map(len, texts.values())) > 25}
    assert [name for name, texts in long.items() if len(set(texts.values())) < len(LANGUAGES)] == []


@pytest.mark.parametrize(
    ("language", "written"),
    [("nl", "1 juli 2026"), ("en", "1 July 2026"), ("fr", "1er juillet 2026"), ("de", "1. Juli 2026")],
)
def test_dates_are_written_as_people_write_them(language, written):
    assert write_date(date(2026, 7, 1), language) == written


def test_numbers_lose_needless_zeros_and_keep_their_mark():
    assert write_number(Decimal("2.50"), "nl") == "2,5"
    assert write_number(Decimal("120.0"), "en") == "120"


def test_a_text_that_stands_twice_is_refused():
    with pytest.raises(ConfigurationError, match="stands twice"):
        read_texts("vc_issuer.recognition.wording", "verdicts", "verdicts")
