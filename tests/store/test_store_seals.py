"""Seals in the store, on both databases: the newest bytes are served, the older ones kept, and erasure takes all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store.homes import ANN, NOON, new_document, record
from store.test_store_status import batch_with
from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.model.credential import FormatName, SecuredCredential
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.credentials import PreparedPart
from vc_issuer.store.documents import documents_by_id, find_pdf, keep_pdf
from vc_issuer.store.people import data_key, erase_learner
from vc_issuer.store.seals import SealChoice, choose_seals, count_seals, replace_seal, seal_versions
from vc_issuer.store.secured import JustSecured, keep_secured, seal_secured, secured_of

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
SIGNED = b'{"payload":"{}","signatures":[{"protected":"e30","signature":"AAAA"}]}'
LATER = NOON + timedelta(days=365)


@pytest.fixture
def sealed(database):
    """Store one sealed document; returns the database, its batch and its document."""
    batch_id, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        part = PreparedPart(
            credential_id="urn:credential:1",
            document_id="d" * 32,
            format=FormatName.ELM,
            language="",
            content=b"{}",
            sha256="0" * 64,
        )
        new = new_document(session, row, 1, id="d" * 32, parts=(part,))
        secured = SecuredCredential(media_type="application/jose+json", content=SIGNED)
        key = data_key(session, new.learner_id)
        one = seal_secured(part, JustSecured(secured, b"s"), key=key, key_id="k")
        keep_secured(session, [one], now=NOON)
        keep_pdf(session, documents_by_id(session, [new.id])[new.id], b"%PDF", now=NOON)
    return database, batch_id, new


def seals(database, levels=LEVELS, **choice):
    with database.reading() as session:
        return choose_seals(session, SealChoice(levels=levels, **choice), limit=10)


def raised(database, seal, content, level, until=LATER):
    with database.writing() as session:
        replace_seal(session, seal, replace(seal, content=content, level=level, until=until), deed=ANN)


def test_what_is_served_is_replaced_and_what_it_was_is_kept(sealed):
    database, _, new = sealed
    (first,) = seals(database)
    assert (first.level, first.until, first.content) == ("B-B", None, SIGNED)
    raised(database, first, b"stamped", "B-T")
    (second,) = seals(database)
    raised(database, second, b"archived", "B-LTA")
    (third,) = seals(database)
    assert (third.level, third.until, third.content) == ("B-LTA", LATER, b"archived")
    with database.reading() as session:
        assert seal_versions(session, third) == [SIGNED, b"stamped"]
        assert secured_of(session, [new.id])[new.id][0].secured.content == b"archived"
        document = documents_by_id(session, [new.id])[new.id]
        assert find_pdf(session, document) is None, "the print carries the seal, so it is printed anew"
        details = [entry.details for entry in audit_entries(session, subject=first.credential_id)]
        assert [each["level"] for each in details] == ["B-T", "B-LTA"]
        assert details[0]["after"] == details[1]["before"] == second.sha256


def test_seals_are_chosen_by_batch_document_level_and_end(sealed):
    database, batch_id, new = sealed
    assert seals(database, batches=(batch_id,))
    assert seals(database, documents=(new.id,))
    assert seals(database, batches=("other",)) == []
    assert seals(database, ("B-T", "B-LT")) == []
    assert seals(database, ends_before=LATER) == [], "nothing proves it yet, so nothing ends"
    raised(database, seals(database)[0], b"stamped", "B-T")
    assert seals(database, ("B-B",)) == []
    assert seals(database, ("B-T",), ends_before=LATER)
    assert seals(database, ("B-T",), ends_before=LATER - timedelta(seconds=1)) == []
    with database.reading() as session:
        (count,) = count_seals(session, (batch_id,))
        assert (count.level, count.seals, count.until) == ("B-T", 1, LATER)


def test_a_seal_that_was_replaced_meanwhile_is_left_alone(sealed):
    database, _, _ = sealed
    (stale,) = seals(database)
    raised(database, stale, b"stamped", "B-T")
    with pytest.raises(RuleError, match="replaced by somebody else"):
        raised(database, stale, b"other", "B-T")
    (kept,) = seals(database)
    with database.reading() as session:
        assert (kept.content, len(seal_versions(session, kept))) == (b"stamped", 1)


def test_erasure_makes_older_seals_unreadable_too(sealed):
    database, _, _ = sealed
    (first,) = seals(database)
    raised(database, first, b"stamped", "B-T")
    with database.writing() as session:
        erase_learner(session, "s0000001", deed=ANN)
    assert seals(database) == []
    with database.reading() as session, pytest.raises(NotFoundError):
        seal_versions(session, first)
