"""A form reads and writes exactly what the serialiser writes, and nothing else."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoding.shapes import HOSTILE, badges
from vc_issuer.encoding.form_book import ENOUGH, FormBook
from vc_issuer.encoding.json_form import escape_text, escape_texts, make_form
from vc_issuer.encoding.shape import read_shape, replace_texts
from vc_issuer.encoding.strict_json import serialise_compact

ENCODABLE = HOSTILE.filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))
DOCUMENTS = badges(ENCODABLE, ENCODABLE)


def values_in(form, content):
    texts = form.read(content)
    return None if texts is None else texts.values


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_a_form_reads_and_writes_the_bytes_of_the_serialiser(document, data):
    texts = read_shape(document).texts
    holes = data.draw(st.sets(st.integers(0, len(texts) - 1)))
    changed = [data.draw(ENCODABLE) if place in holes else text for place, text in enumerate(texts)]
    content = serialise_compact(replace_texts(document, changed))
    form = make_form(document, holes)
    values = tuple(changed[place] for place in sorted(holes))
    assert values_in(form, content) == (None if "\0" in "".join(values) else values)
    assert form.write(values) == content
    assert form.write_quoted(values) == escape_text(content.decode())


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_bytes_that_a_form_reads_are_compact_json_of_its_structure(document, data):
    form = make_form(document, range(len(read_shape(document).texts)))
    content = serialise_compact(document)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 4)))
    broken = content[:start] + data.draw(st.binary(max_size=4)) + content[end:]
    values = values_in(form, broken)
    if values is not None:
        parsed = json.loads(broken)
        assert serialise_compact(parsed) == broken
        assert read_shape(parsed) == (read_shape(document).key, values)


@given(st.lists(ENCODABLE, max_size=6))
def test_several_texts_are_escaped_as_one_by_one(values):
    assert escape_texts(values) == [json.dumps(value, ensure_ascii=False)[1:-1].encode() for value in values]


def test_texts_escaped_in_another_way_are_not_read():
    form = make_form({"a": "x"}, [0])
    assert form.read(b'{"a":"\\u0041"}') is None
    assert form.read(b'{"a":"\\q"}') is None
    assert form.read(b'{"a":"\\ud800"}') is None
    assert values_in(form, b'{"a":"\\\\"}') == ("\\",)
    assert form.read(b'{"a":"\xff"}') is None
    assert form.read(b'{"a":"\x01"}') is None
    two = make_form({"a": "x", "b": "y"}, [0, 1])
    assert values_in(two, b'{"a":"\\n","b":"y"}') == ("\n", "y")
    assert two.read(b'{"a":"\\n","b":"\x01"}') is None
    assert two.read(b'{"a":"\\n","b":"\xff"}') is None
    assert form.read(b'{"a":"x"} ') is None


def learner(number, language="nl"):
    texts = {
        "nl": ["cursus", "beschrijving", "universiteit", "punten"],
        "en": ["course", "about", "university", "points"],
    }
    return serialise_compact({"id": f"urn:{number}", "texts": texts[language] * 2})


def test_a_book_learns_what_varies_and_keeps_languages_apart():
    book = FormBook()
    book.learn([learner(number, language) for number in range(ENOUGH) for language in ("nl", "en")])
    for language in ("nl", "en"):
        reading = book.read(learner("x", language))
        assert reading.texts.values == ("urn:x",)


def test_a_book_learns_nothing_from_few_and_widens_when_more_varies():
    book = FormBook()
    book.learn([learner(1)] * (ENOUGH - 1))
    assert book.read(learner(1)) is None
    book.learn([learner(2)])
    assert book.read(learner(3)).texts.values == ("urn:3",)
    other = serialise_compact({"id": "urn:4", "texts": ["cursus", "beschrijving", "universiteit", "punten"] * 2})
    other = other.replace(b'punten"]', b'credits"]')
    assert book.read(other) is None
    book.learn([other])
    assert book.read(other).texts.values == ("urn:4", "credits")
    assert book.read(learner(5)).texts.values == ("urn:5", "punten")


def test_a_book_stops_listening_where_nothing_is_new_and_learns_what_is_rare_when_it_comes():
    asked = []

    def lesson():
        for number in range(10_000):
            asked.append(number)
            yield learner(number)

    book = FormBook()
    book.learn(lesson())
    assert len(asked) < 200
    rare = learner("rare").replace(b'"punten"]', b'"credits"]')
    assert book.read(rare) is None
    book.learn([rare])
    assert book.read(rare).texts.values == ("urn:rare", "credits")


@pytest.mark.parametrize("before", [b"", b"header."])
def test_a_form_hashes_what_it_read_as_anybody_would(before):
    def marked(number, mark):
        return serialise_compact({"mark": mark, "more": 'a "text"\n', "id": f"urn:{number}", "texts": ["cursus"] * 20})

    marks = ["ten", "twelve", 'fif"teen', "\u0645\u0645\u062a\u0627\u0632"]
    book = FormBook()
    book.learn([marked(number, marks[number % 4]) for number in range(80)])
    for number, mark in enumerate([*marks, *marks, "seven", ""]):
        content = marked(f"new-{number}", mark)
        form, texts = book.read(content)
        assert form.early == 1
        quoted = before + json.dumps(content.decode(), ensure_ascii=False).encode()[1:] + b"}"
        for _ in range(2):
            assert form.sha256(before + content, texts, before=before) == hashlib.sha256(before + content).digest()
            assert form.sha256(quoted, texts, before=before, quoted=True) == hashlib.sha256(quoted).digest()
    other = before + marked(1, "ten").replace(b"cursus", b"course")
    assert form.sha256(other, texts, before=before) == hashlib.sha256(other).digest()
    assert form.sha256(b"", texts, before=before) == hashlib.sha256(b"").digest()


def test_a_form_keeps_few_beginnings():
    book = FormBook()
    book.learn([learner(number) for number in range(ENOUGH)])
    form, texts = book.read(learner("x"))
    for number in range(200):
        before = str(number).encode()
        written = before + learner("x")
        assert form.sha256(written, texts, before=before) == hashlib.sha256(written).digest()
    assert len(form._begun) <= 64


def test_what_is_no_compact_json_teaches_nothing():
    book = FormBook()
    book.learn([b'{"id": "urn:1"}'] * ENOUGH)
    assert book.read(b'{"id": "urn:1"}') is None


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_a_book_learns_from_bytes_what_it_would_from_documents(document, data):
    texts = read_shape(document).texts
    holes = data.draw(st.sets(st.integers(0, len(texts) - 1), max_size=len(texts) // 5))
    draw = ENCODABLE.filter(lambda text: "\0" not in text)
    rows = [[data.draw(draw) if place in holes else text for place, text in enumerate(texts)] for _ in range(ENOUGH)]
    differing = {place for place in holes if len({row[place] for row in rows}) > 1}
    book = FormBook()
    book.learn([serialise_compact(replace_texts(document, row)) for row in rows])
    if "\0" not in "".join(texts):
        reading = book.read(serialise_compact(replace_texts(document, rows[0])))
        assert reading.form.form == make_form(replace_texts(document, rows[0]), differing)


def test_of_a_structure_one_document_is_parsed():
    asked = []
    book = FormBook(is_sound=lambda content: not asked.append(content))
    book.learn([learner(number) for number in range(ENOUGH)])
    assert asked == [learner(0)]
    longer = serialise_compact({"id": "urn:1", "texts": ["cursus"], "more": "x"})
    book.learn([longer])
    assert asked == [learner(0), longer]


def test_what_is_not_sound_teaches_nothing():
    book = FormBook(is_sound=lambda _: False)
    book.learn([learner(number) for number in range(ENOUGH)])
    assert book.read(learner(0)) is None
