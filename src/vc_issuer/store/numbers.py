"""Running numbers for documents and batches: never given twice, gaps allowed (decisions 1.6)."""

from contextlib import suppress

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from vc_issuer.store.database import Session
from vc_issuer.store.tables import sequences


def next_number(session: Session, name: str) -> int:
    """Return the next number of the sequence `name`, beginning at 1."""
    return reserve_numbers(session, name, 1)


def reserve_numbers(session: Session, name: str, count: int) -> int:
    """Take `count` numbers at once and return the first of them; whoever else asks waits until this is committed."""
    last = _last(session, name)
    if last is None:
        # Several may begin a sequence at once, where many write: the first one makes it, the others find it.
        with suppress(IntegrityError), session.connection.begin_nested():
            session.connection.execute(insert(sequences), {"name": name, "last": 0})
        last = _last(session, name) or 0
    session.connection.execute(update(sequences).where(sequences.c.name == name).values(last=last + count))
    return last + 1


def _last(session: Session, name: str) -> int | None:
    return session.connection.scalar(select(sequences.c.last).where(sequences.c.name == name).with_for_update())
