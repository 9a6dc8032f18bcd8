"""Check 10: what the face says against what was signed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from printed_samples import certificate, credit_certificate

from vc_issuer.rendering.printed import text_matches

FACE = """Creditbewijs
3
ECTS
Zoë D’Hondt
geboren op 29 februari 2000 · born on 29 February 2000
Revalidatie en preventie bij
gezond ouder worden
14/20
VKS niveau 7
30 juni 2025
30 June 2025
UZB-2025-000123
\fSupplement"""

SIGNED = credit_certificate()["nl"]


def test_matching_face_has_no_findings():
    assert text_matches(SIGNED, FACE) == ()


@pytest.mark.parametrize(
    ("printed", "forged", "field"),
    [
        ("Zoë D’Hondt", "Zoé D’Hondt", "learner_name"),
        ("gezond ouder worden", "gezond jonger worden", "title"),
        ("3\nECTS", "30\nECTS", "credits"),
        ("14/20", "18/20", "mark"),
        ("30 juni 2025", "30 juni 2024", "awarded_on"),
        ("UZB-2025-000123", "UZB-2025-000124", "number"),
        ("29 februari 2000", "28 februari 2000", "birth_date"),
    ],
)
def test_one_altered_fact_is_named(printed, forged, field):
    assert text_matches(SIGNED, FACE.replace(printed, forged)) == (field,)


def test_a_second_mark_or_date_beside_the_signed_one_is_named():
    assert text_matches(SIGNED, FACE.replace("14/20", "18/20\n14/20")) == ("mark",)
    assert text_matches(SIGNED, FACE.replace("30 juni 2025", "30 juni 2025\n1 juni 2020")) == ("awarded_on",)


def test_a_mark_on_a_certificate_without_one_is_named():
    assert "mark" in text_matches(replace(SIGNED, mark=""), FACE)


def test_short_name_is_not_found_inside_other_words():
    assert text_matches(replace(SIGNED, learner_name="ouder"), FACE) == ("learner_name",)


def test_facts_on_later_pages_do_not_count():
    moved = FACE.replace("Zoë D’Hondt\n", "").replace("\f", "\fZoë D’Hondt\n")
    assert text_matches(SIGNED, moved) == ("learner_name",)


def test_line_end_hyphens_white_space_and_normal_forms_make_no_difference():
    face = FACE.replace("Zoë D’Hondt", "Zoe\u0308 \u00a0Vander\ufffe\r\nPoorten")
    assert text_matches(replace(SIGNED, learner_name="Zoë Vander-Poorten"), face) == ()


def test_absent_claims_are_not_looked_for():
    bare = replace(certificate(), credits=None, awarded_on=None, number="", learner_name="Zoë D’Hondt")
    assert text_matches(bare, "Zoë D’Hondt\nRevalidatie en preventie bij gezond ouder worden") == ()


def test_credits_may_be_written_in_either_language():
    assert text_matches(replace(SIGNED, credits=Decimal("2.5")), FACE.replace("3\nECTS", "2.5\nECTS")) == ()
    assert text_matches(replace(SIGNED, credits=Decimal("2.50")), FACE.replace("3\nECTS", "2,5\nECTS")) == ()


def test_leap_day_award_is_read():
    assert text_matches(replace(SIGNED, awarded_on=date(2024, 2, 29)), FACE) == ("awarded_on",)
