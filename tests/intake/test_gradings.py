"""The grading scales of the catalogue's countries: what each admits, how a mark is written, who passes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from cohort_builders import component

from vc_issuer.intake.cells import Mark, decide_status, read_mark
from vc_issuer.intake.gradings import gradings
from vc_issuer.intake.links import is_link, names_somebody
from vc_issuer.model.grading import Distribution, GradeCategory, Shortened
from vc_issuer.model.record import ResultStatus
from vc_issuer.model.text import LocalizedText

D = Decimal


def on(key):
    return component("A", 3, grading=gradings()[key])


def group(*categories):
    return Distribution(
        reference_group=LocalizedText.of(en="2023-2025"),
        categories=tuple(GradeCategory(label=label, count=count) for label, count in categories),
    )


@pytest.mark.parametrize(
    ("scale", "written", "mark", "told", "out_of", "status"),
    [
        ("be-20", "14", D(14), "14", "20", ResultStatus.PASSED),
        ("be-20", "9/20", D(9), "9", "20", ResultStatus.FAILED),
        ("it-30", "28/30", D(28), "28", "", ResultStatus.PASSED),
        ("it-30", "30 e lode", D(30), "30 e lode", "", ResultStatus.PASSED),
        ("it-30", "30L", D(30), "30 e lode", "", ResultStatus.PASSED),
        ("it-30", "30/30 con lode", D(30), "30 e lode", "", ResultStatus.PASSED),
        ("de-5", "1,3", D("1.3"), "1.3", "", ResultStatus.PASSED),
        ("de-5", "4,0", D(4), "4.0", "", ResultStatus.PASSED),
        ("de-5", "5.0", D(5), "5.0", "", ResultStatus.FAILED),
        ("fr-20", "13,75", D("13.75"), "13.75", "20", ResultStatus.PASSED),
        ("dk-12", "-3", D(-3), "-3", "", ResultStatus.FAILED),
        ("dk-12", "−3", D(-3), "-3", "", ResultStatus.FAILED),
        ("dk-12", "00", D(0), "00", "", ResultStatus.FAILED),
        ("dk-12", "02", D(2), "02", "", ResultStatus.PASSED),
        ("dk-12", "2", D(2), "02", "", ResultStatus.PASSED),
        ("dk-12", "12", D(12), "12", "", ResultStatus.PASSED),
        ("es-10", "8,5", D("8.5"), "8.5", "10", ResultStatus.PASSED),
        ("es-10", "4,9", D("4.9"), "4.9", "10", ResultStatus.FAILED),
        ("bg-6", "5,75", D("5.75"), "5.75", "6", ResultStatus.PASSED),
        ("bg-6", "2", D(2), "2", "6", ResultStatus.FAILED),
        ("gr-10", "7,5", D("7.5"), "7.5", "10", ResultStatus.PASSED),
        ("nl-10", "5,5", D("5.5"), "5.5", "10", ResultStatus.PASSED),
        ("nl-10", "5.4", D("5.4"), "5.4", "10", ResultStatus.FAILED),
    ],
)
def test_a_mark_is_read_told_and_judged_as_its_scale_does(scale, written, mark, told, out_of, status):
    reading = read_mark(written, on(scale))
    assert reading.faults == ()
    assert isinstance(reading.value, Mark)
    assert reading.value.value == mark
    scheme = gradings()[scale]
    assert scheme.write(reading.value.value, honours=reading.value.honours) == told
    assert scheme.out_of == out_of
    assert decide_status(mark, None, on(scale)).value is status


@pytest.mark.parametrize(
    ("scale", "written", "fault"),
    [
        ("be-20", "21", "mark-range"),
        ("be-20", "21/20", "mark-range"),
        ("be-20", "-1", "mark-range"),
        ("be-20", "14,5", "mark-step"),
        ("be-20", "14/30", "mark-out-of"),
        ("be-20", "20 e lode", "mark-unreadable"),
        ("it-30", "17", "mark-range"),
        ("it-30", "31", "mark-range"),
        ("it-30", "27 e lode", "mark-honours"),
        ("it-30", "30 bravo", "mark-unreadable"),
        ("it-30", "27,5", "mark-value"),
        ("de-5", "0,7", "mark-range"),
        ("de-5", "1,4", "mark-value"),
        ("de-5", "5.3", "mark-range"),
        ("fr-20", "20,5", "mark-range"),
        ("fr-20", "13,333", "mark-step"),
        ("dk-12", "3", "mark-value"),
        ("dk-12", "13", "mark-range"),
        ("es-10", "8,55", "mark-step"),
        ("es-10", "10,1", "mark-range"),
        ("bg-6", "1,9", "mark-range"),
        ("gr-10", "7,3", "mark-step"),
        ("nl-10", "0,9", "mark-range"),
        ("pass-fail", "14", "mark-not-numeric"),
    ],
)
def test_a_mark_that_its_scale_does_not_know_is_refused(scale, written, fault):
    assert [each.code for each in read_mark(written, on(scale)).faults] == [fault]


def test_every_known_scale_is_whole():
    assert set(gradings()) == {
        *("be-20", "pass-fail", "it-30", "de-5", "fr-20", "dk-12", "es-10", "bg-6", "gr-10", "nl-10"),
    }
    for scheme in gradings().values():
        assert scheme.title.get("en")
        assert scheme.description.get("en")
        assert scheme.numeric is (scheme.pass_mark is not None)
        for value in scheme.values:
            assert scheme.write(D(value)) == value


def test_the_allowed_values_of_a_closed_scale_end_with_its_honours():
    assert gradings()["it-30"].allowed[-2:] == ("30", "30 e lode")
    assert gradings()["dk-12"].allowed == ("-3", "00", "02", "4", "7", "10", "12")
    assert gradings()["de-5"].allowed[0] == "5.0"
    assert gradings()["be-20"].allowed == ()


@pytest.mark.parametrize(
    ("label", "bounds"),
    [
        ("10-11", (D(10), D(11))),
        ("10–11", (D(10), D(11))),
        ("7", (D(7), D(7))),
        ("-3", (D(-3), D(-3))),
        ("-3-00", (D(-3), D(0))),
        ("1,0-1,3", (D("1.0"), D("1.3"))),
        ("30 e lode", (D(30), D(30))),
        ("A", None),
    ],
)
def test_a_category_s_bounds_are_read_from_its_label(label, bounds):
    assert GradeCategory(label=label, count=5).bounds == bounds


def test_a_mark_s_place_in_its_group_makes_a_hundred():
    marks = group(("10-11", 112), ("12-13", 168), ("14-15", 131), ("16-17", 64), ("18-20", 21))
    place = marks.shortened(D(14), higher_is_better=True)
    assert place == Shortened(lower=57, equal=26, higher=17)
    assert marks.size == 496
    thirds = group(("1", 10), ("2", 10), ("3", 10)).shortened(D(2), higher_is_better=True)
    assert thirds is not None
    assert thirds.lower + thirds.equal + thirds.higher == 100


def test_where_lower_is_better_the_worse_ones_have_the_higher_marks():
    marks = group(("1.0-1.3", 10), ("1.7-2.3", 60), ("2.7-4.0", 30))
    assert marks.shortened(D("1.3"), higher_is_better=False) == Shortened(lower=90, equal=10, higher=0)


@pytest.mark.parametrize("mark", [D("13.5"), D(9)])
def test_a_mark_between_the_categories_has_no_place(mark):
    assert group(("10-11", 10), ("12-13", 10), ("14-15", 10)).shortened(mark, higher_is_better=True) is None


def test_categories_in_words_place_nobody():
    assert group(("good", 10), ("very good", 10)).shortened(D(12), higher_is_better=True) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://work.example/p/3f9a", True),
        ("http://work.example/p/3f9a", False),
        ("https://zoe@work.example/p", False),
        ("https://localhost/p", False),
        ("https://work.example/a b", False),
        ("https://work.example/<b>", False),
        ("https://[work.example/", False),
        ("javascript:alert(1)", False),
        ("https://work.example/" + "x" * 500, False),
    ],
)
def test_a_link_is_an_https_address(text, wanted):
    assert is_link(text) is wanted


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("https://work.example/portfolio/3f9a7c", False),
        ("https://work.example/portfolio/zoe-dhondt", True),
        ("https://work.example/0240101/report", True),
        ("https://work.example/?mail=z%40example.org", True),
        ("https://dhondt.example/report", False),  # a host is not the learner's
    ],
)
def test_a_link_that_names_the_learner_is_seen(link, wanted):
    words = ("Zoë D'Hondt", "Zoe", "Dhondt", "0240101")
    assert names_somebody(link, words=words) is wanted


def test_a_scale_without_pass_mark_fails_nobody():
    assert replace(gradings()["be-20"], pass_mark=None).passes(D(0))
