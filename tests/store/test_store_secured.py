"""Secured bytes as they are read: those that were secured, or a sentence."""

import pytest
from sqlalchemy import update

from store.homes import NOON, new_document, record
from store.test_store_status import batch_with
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.credential import SecuredCredential
from vc_issuer.store.people import data_key
from vc_issuer.store.secured import JustSecured, keep_secured, seal_secured, secured_by_id, secured_context, secured_of
from vc_issuer.store.tables import document_parts, secured_parts


@pytest.fixture
def secured(database):
    """Store one secured part; returns the database, its document and what was secured."""
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
        content = new.parts[0].content[:-1] + b',"proof":[]}'
        made = SecuredCredential(media_type="application/vc", content=content)
        key = data_key(session, new.learner_id)
        one = seal_secured(new.parts[0], JustSecured(made, b"s"), key=key, key_id="k")
        keep_secured(session, [one], now=NOON)
    return database, new, content


def test_what_was_secured_comes_back(secured):
    database, new, content = secured
    with database.reading() as session:
        assert secured_of(session, [new.id])[new.id][0].secured.content == content
        assert secured_by_id(session, [new.parts[0].credential_id])[new.parts[0].credential_id][1] == content


@pytest.mark.parametrize("changed", ["secured", "digest", "prepared"])
def test_bytes_that_were_not_secured_are_not_given(secured, changed):
    database, new, content = secured
    name = new.parts[0].credential_id
    with database.writing() as session:
        key = data_key(session, new.learner_id)
        sealed = key.seal(content + b" ", secured_context(name))
        change = {
            "secured": update(secured_parts).values(content=sealed),
            "digest": update(secured_parts).values(sha256="0" * 64),
            "prepared": update(document_parts).values(
                prepared=key.seal(b'{"name":"Ann"}', f"document_parts.prepared:{name}")
            ),
        }[changed]
        session.connection.execute(change)
    with (
        database.reading() as session,
        pytest.raises(ConfigurationError, match=r"are not those that were secured"),
    ):
        secured_of(session, [new.id])
