"""The face in one language says what was signed, however few lines stand beside the number of credits."""

from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
from builders_elm import a_certificate, a_credit_certificate, an_envelope
from printed_samples import CODE, HOST, VERIFY_URL

from vc_issuer.formats.elm import ElmFormat
from vc_issuer.rendering.pdf import render_certificate
from vc_issuer.rendering.printed import text_matches

KINDS = {"certificate": a_certificate(), "credit certificate": a_credit_certificate(mark=Decimal(12))}


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("credits_", [None, "1.5", "3", "12", "60"])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_back_is_what_was_signed(kind, language, credits_, demo):
    due = KINDS[kind]
    document = ElmFormat().build(due, an_envelope(languages=due.languages))
    summary = ElmFormat().summarise(document, language)
    if credits_:
        summary = replace(summary, credits=Decimal(credits_))
    content = render_certificate({language: summary}, verify_url=VERIFY_URL, code=CODE, verify_host=HOST, demo=demo)
    text = "\f".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))
    assert text_matches(summary, text) == ()
    assert text_matches(replace(summary, credits=summary.credits + 1), text) == ("credits",)


def test_a_digit_that_ends_the_title_does_not_complete_another_number():
    due = KINDS["certificate"]
    document = ElmFormat().build(due, an_envelope(languages=due.languages))
    signed = replace(ElmFormat().summarise(document, "nl"), title="Zorg 1", credits=Decimal(12))
    face = "\n".join((*("Universiteit Zennebeek (demo)", "Certificaat micro-credential"), "Zorg", "1", "{}", "ECTS"))
    assert "credits" not in text_matches(signed, face.format("12"))
    assert "credits" in text_matches(signed, face.format("2"))
