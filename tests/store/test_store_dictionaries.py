"""Prepared bytes stored as what they differ from a dictionary, on both databases: the same bytes come back, or a sentence."""

import hashlib
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from store.homes import new_document, record, vault
from store.test_store_status import batch_with
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.credential import FormatName
from vc_issuer.store.credentials import PreparedPart, prepared_parts
from vc_issuer.store.dictionary import dictionary_of
from vc_issuer.store.tables import dictionaries, document_parts

SHARED = b'{"name":"","credit":6,"issuer":"Universiteit Zennebeek","statement":"' + bytes(range(35, 92)) * 40 + b'"}'
SHARING = dictionary_of(SHARED)


def like(name):
    return SHARED.replace(b'"name":""', b'"name":"' + name.encode() + b'"')


def part(number, content, dictionary=SHARING):
    return PreparedPart(
        credential_id=f"urn:uuid:{number}",
        document_id=f"{number:032x}",
        format=FormatName.OB3,
        language="nl",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        dictionary=dictionary,
    )


def stored(database, *parts):
    batch_id, rows = batch_with(database, *[record(number) for number in range(1, len(parts) + 1)])
    for number, (row, each) in enumerate(zip(rows, parts, strict=True), start=1):
        with database.writing() as session:
            new_document(session, row, number, id=each.document_id, parts=(each,))
    return batch_id


def contents(database, batch_id):
    with database.reading() as session:
        return [each.content for each in prepared_parts(session, batch_id, first=1, last=100)]


def test_parts_share_one_dictionary_and_come_back_byte_for_byte(database):
    given_parts = [like("Zoë"), like("Ivo"), b"{}", b""]
    batch_id = stored(database, *[part(n, content) for n, content in enumerate(given_parts)])
    assert contents(database, batch_id) == given_parts
    with database.reading() as session:
        assert session.connection.scalar(select(func.count()).select_from(dictionaries)) == 1
        sizes = session.connection.scalars(select(func.length(document_parts.c.prepared))).all()
    assert max(sizes) < 100 < len(SHARED)


def test_parts_with_and_without_a_dictionary_stand_in_one_batch(database):
    other = dictionary_of(b"x" + SHARED)
    batch_id = stored(database, part(1, like("Ann"), None), part(2, like("Bob")), part(3, like("Cas"), other))
    assert contents(database, batch_id) == [like("Ann"), like("Bob"), like("Cas")]


def test_a_dictionary_that_was_changed_opens_nothing(database):
    batch_id = stored(database, part(1, like("Zoë")))
    dictionary_of.cache_clear()
    with database.writing() as session:
        session.connection.execute(update(dictionaries).values(content=b"\x78\x9c\x03\x00\x00\x00\x00\x01"))
    with pytest.raises(ConfigurationError, match=rf"dictionary {SHARING.id} was changed"):
        contents(database, batch_id)


def test_a_dictionary_stays_while_a_part_needs_it(database):
    stored(database, part(1, like("Zoë")))
    with pytest.raises(IntegrityError), database.writing() as session:
        session.connection.execute(dictionaries.delete())


@pytest.mark.parametrize("wrong", [None, dictionary_of(b"another")])
def test_what_was_sealed_with_one_opens_with_no_other(wrong):
    key = vault().open_data_key(vault().new_data_key("ann"), "ann")
    sealed = key.seal(like("Zoë"), "parts:1", SHARING)
    assert key.open(sealed, "parts:1", SHARING) == like("Zoë")
    with pytest.raises(ConfigurationError, match="a sealed value of parts does not open"):
        key.open(sealed, "parts:1", wrong)


def test_what_is_no_frame_is_a_sentence():
    with pytest.raises(ConfigurationError, match="was not compressed with dictionary"):
        SHARING.restore(b"no frame")


def test_another_process_gets_the_same_one():
    assert pickle.loads(pickle.dumps(SHARING)) is dictionary_of(SHARED)
    assert repr(SHARING) == f"Dictionary('{SHARING.id}')"


@given(shared=st.binary(), content=st.binary())
def test_whatever_is_compressed_comes_back(shared, content):
    dictionary = dictionary_of(shared)
    assert dictionary.restore(dictionary.compress(content)) == content


def test_threads_share_a_dictionary():
    documents = [like(str(number) * 20) for number in range(400)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda each: SHARING.restore(SHARING.compress(each)), documents))
    assert found == documents
