"""What the committed faces draw, and how text breaks into lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.rendering.lines import Style, balance, pieces, wrap
from vc_issuer.rendering.typefaces import Face, kerning, runs, undrawable, width

STYLE = Style(face=Face.TEXT, size=10, leading=12)
LATIN_GREEK_CYRILLIC = (
    "Zoë D’Hondt François Œuvrard Łukasz Żółć Åse Ødegård Ğülşen Işık Nguyễn Thị Ánh Tuyết Straße al-Ḥusaynī "
    "Олександр Ковальчук Αλέξανδρος Čajkovskij Ținuț Ħal ő ű H₂O CO₂ – € « » … ³ ½ № ‰"
)


def test_latin_greek_and_cyrillic_are_complete():
    assert undrawable(LATIN_GREEK_CYRILLIC) == []


@pytest.mark.parametrize("face", list(Face), ids=lambda face: face.value)
def test_all_faces_draw_the_same_characters(face):
    assert [stem for stem, _ in runs(LATIN_GREEK_CYRILLIC, face)] == [face.value]


@pytest.mark.parametrize("name", ["王小明", "محمد", "יעל", "अनन्या", "😀", "≥"])
def test_what_no_face_draws_is_named_once_each(name):
    assert undrawable(f"Jan {name}{name}") == list(dict.fromkeys(name))


def test_line_breaks_are_no_characters_to_draw():
    assert undrawable("a\nb\tc") == []


def test_pairs_are_kerned():
    assert kerning(Face.DISPLAY.value, "V", "a") < 0
    assert width("Va", Face.DISPLAY, 10) < width("V", Face.DISPLAY, 10) + width("a", Face.DISPLAY, 10)


@given(st.text(alphabet="ab -–/é", max_size=80), st.floats(min_value=12, max_value=300))
def test_lines_fit_and_lose_nothing(text, room):
    for lines in (wrap(text, STYLE, room), balance(text, STYLE, room)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(STYLE.width(line.rstrip()) <= room + 0.01 for line in lines)


def test_words_break_only_where_they_must():
    assert wrap("de Cruz", STYLE, 200) == ["de Cruz"]
    assert all(line.rstrip() in {"aaaa", "bbbb"} for line in wrap("aaaa bbbb", STYLE, STYLE.width("aaaa b")))
    assert len(wrap("W" * 60, STYLE, 100)) > 1


def test_balanced_lines_are_about_as_wide_as_each_other():
    first, second = balance("een titel die net niet op een enkele regel past", STYLE, 200)
    assert abs(STYLE.width(first) - STYLE.width(second)) < 60


def test_pieces_keep_hyphens():
    assert pieces("Van Overstraeten-de la") == ["Van", "Overstraeten-", "de", "la"]
