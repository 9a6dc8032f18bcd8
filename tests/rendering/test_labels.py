"""Printed words: complete in each language, and dates and numbers as the language writes them."""

import re
from datetime import date
from decimal import Decimal

import pytest

from vc_issuer.rendering.labels import COUNTRIES, LABELS, LANGUAGES, country_name, decimal_text, label, long_date
from vc_issuer.rendering.typefaces import undrawable


@pytest.mark.parametrize("key", LABELS)
def test_every_label_exists_in_every_language_with_the_same_blanks(key):
    texts = LABELS[key]
    assert len(texts) == len(LANGUAGES)
    assert all(texts)
    assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in texts}) == 1
    assert undrawable("".join(texts)) == []


def test_no_label_promises_a_diploma():
    assert not any("diploma" in text.lower() for texts in LABELS.values() for text in texts)


@pytest.mark.parametrize(
    ("language", "written"), [("nl", "1 maart 2025"), ("en", "1 March 2025"), ("el", "1 March 2025")]
)
def test_dates_are_written_in_words(language, written):
    assert long_date(date(2025, 3, 1), language) == written


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [("12", "12", "12"), ("2.50", "2,5", "2.5"), ("60", "60", "60"), ("1E+1", "10", "10"), ("0.5", "0,5", "0.5")],
)
def test_numbers_have_no_trailing_zeros_and_the_languages_own_mark(value, nl, en):
    assert (decimal_text(Decimal(value), "nl"), decimal_text(Decimal(value), "en")) == (nl, en)


def test_words_follow_the_glossary():
    assert label("certificate", "nl") == "Certificaat micro-credential"
    assert label("credit-certificate", "nl") == "Creditbewijs"
    assert label("credit-certificate", "en") == "Credit certificate"


def test_unknown_countries_are_shown_as_they_came():
    assert country_name("BE", "nl") == "België"
    assert country_name("XK", "nl") == "XK"
    assert all(len(names) == len(LANGUAGES) for names in COUNTRIES.values())
