"""The print tells every fact of the summary, in each of its languages: what a format says is never left out on paper."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import pypdfium2
import pytest
from builders_elm import (
    A_MANDATE,
    DANISH,
    UNS,
    T,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_specification,
    an_accredited_certificate,
    an_envelope,
)
from printed_samples import CODE, HOST, VERIFY_URL

from vc_issuer.formats.elm import ElmFormat
from vc_issuer.model.grading import GradingScheme
from vc_issuer.rendering.labels import decimal_text
from vc_issuer.rendering.pdf import render_certificate
from vc_issuer.rendering.printed import text_matches

PASS_FAIL = GradingScheme(
    key="pass-fail",
    title=T(nl="Geslaagd of niet", en="Pass or fail"),
    description=T(nl="Geen cijfer.", en="No mark."),
    numeric=False,
)
DUES = {
    "certificate": a_certificate(),
    "credit certificate": a_credit_certificate(mark=Decimal(12)),
    "joint": a_joint_certificate(),
    "accredited": an_accredited_certificate(),
    "by mandate": replace(an_accredited_certificate(), mandate=A_MANDATE, awarding_bodies=(UNS,)),
    "Danish": a_credit_certificate(specification=a_specification(grading=DANISH), mark=Decimal(2)),
    "pass or fail": a_credit_certificate(specification=a_specification(grading=PASS_FAIL), mark=None),
}
# What the file itself carries or what is there for machines, with the reason it isn't printed.
NOT_PRINTED = {
    *("format", "language", "kind"),  # choices of words, not words
    *(
        "id",
        "twin_ids",
        "issuer_id",
        "status",
        "lost",
        "verify_url",
        "offering",
        "part_of",
    ),  # for machines; the page behind the code has them
    "criteria",  # the prose of a badge; in ELM every one has a member
    "picture_caption",  # says what a picture shows that the print doesn't hold
    *("awarded_on", "valid_from", "valid_until", "activity_start", "activity_end", "birth_date"),  # tested in words
    *("country", "credit_system", "passed", "level_indicative"),  # printed in words of the print's own
}


def squeezed(value):
    return "".join(value.split()).casefold()


def words_of(value):
    """Yield every text and number in a summary's field; IRIs of codes stay in the file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or value is None or isinstance(value, date | datetime):
        return
    elif isinstance(value, int | Decimal):
        yield decimal_text(Decimal(value), "en")
    elif isinstance(value, tuple):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, Mapping):
        yield from words_of(tuple(value.values()))
    elif is_dataclass(value):
        for each in fields(value):
            if each.name not in {"iri", "id", "esco"}:
                yield from words_of(getattr(value, each.name))


def printed(summaries):
    content = render_certificate(summaries, verify_url=VERIFY_URL, code=CODE, verify_host=HOST, demo=True)
    return "\f".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))


@pytest.mark.parametrize("name", DUES)
def test_every_fact_of_the_summary_is_printed_in_each_language(name):
    due = DUES[name]
    document = ElmFormat().build(due, an_envelope(languages=due.languages))
    summaries = {language: ElmFormat().summarise(document, language) for language in due.languages}
    text = printed(summaries)
    found = squeezed(text)
    for summary in summaries.values():
        for each in fields(summary):
            if each.name in NOT_PRINTED:
                continue
            for words in words_of(getattr(summary, each.name)):
                written = words.replace(".", ",") if words.replace(".", "").isdigit() else words
                pieces = {squeezed(words), squeezed(words).rstrip("."), squeezed(written)}
                assert any(piece in found for piece in pieces), (each.name, words)
    assert text_matches(summaries["nl"], text) == ()


def test_a_pass_in_words_stands_on_the_face():
    due = DUES["pass or fail"]
    document = ElmFormat().build(due, an_envelope(languages=due.languages))
    face = printed({"nl": ElmFormat().summarise(document, "nl")}).split("\f", maxsplit=1)[0]
    assert "Geslaagd" in face
