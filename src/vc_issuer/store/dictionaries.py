"""The dictionaries that prepared bytes are compressed with: each stored once, never changed, of no learner.

What is compressed with one can't be read without it, so it stays for as long as the database does; a foreign key sees
to that. A dictionary holds what the documents of an offering have in common, and nothing about a person: erasure
leaves it.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from isal import isal_zlib
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from vc_issuer.errors import ConfigurationError
from vc_issuer.store.bulk import is_among
from vc_issuer.store.database import Session
from vc_issuer.store.dictionary import Dictionary, dictionary_of
from vc_issuer.store.tables import dictionaries

_LEVEL = 3  # of deflate: once for thousands of documents


def keep_dictionaries(session: Session, used: Iterable[Dictionary]) -> None:
    """Store those dictionaries that are not stored yet, before what was compressed with them."""
    wanted = {each.id: each for each in used}
    if not wanted:
        return
    held = set(
        session.connection.scalars(select(dictionaries.c.id).where(is_among(session, dictionaries.c.id, wanted)))
    )
    for each in (each for name, each in wanted.items() if name not in held):
        row = {"id": each.id, "content": isal_zlib.compress(each.content, _LEVEL)}
        # Another batch of the offering, or another worker, may store the same one in this moment.
        with suppress(IntegrityError), session.connection.begin_nested():
            session.connection.execute(insert(dictionaries), row)


def read_dictionaries(session: Session, names: Collection[str | None]) -> Mapping[str | None, Dictionary | None]:
    """Return the dictionaries with these ids; for None, None. Raises ConfigurationError if one is changed."""
    found: dict[str | None, Dictionary | None] = {None: None}
    wanted = [name for name in set(names) if name is not None]
    if not wanted:
        return found
    query = select(dictionaries.c.id, dictionaries.c.content).where(is_among(session, dictionaries.c.id, wanted))
    for row in session.connection.execute(query):
        dictionary = dictionary_of(isal_zlib.decompress(row.content))
        if dictionary.id != row.id:
            raise ConfigurationError(
                f"the dictionary {row.id} was changed in the database.", remedy="Restore a backup."
            )
        found[row.id] = dictionary
    return found
