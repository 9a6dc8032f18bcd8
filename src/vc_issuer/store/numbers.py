"""Running numbers for documents and batches: never given twice, gaps allowed (decisions 1.6)."""

from sqlalchemy import insert, select, update

from vc_issuer.store.database import Session
from vc_issuer.store.tables import sequences


def next_number(session: Session, name: str) -> int:
    """Return the next number of the sequence `name`, beginning at 1."""
    return reserve_numbers(session, name, 1)


def reserve_numbers(session: Session, name: str, count: int) -> int:
    """Take `count` numbers at once and return the first of them."""
    last = session.connection.scalar(select(sequences.c.last).where(sequences.c.name == name).with_for_update())
    if last is None:
        session.connection.execute(insert(sequences), {"name": name, "last": count})
        return 1
    session.connection.execute(update(sequences).where(sequences.c.name == name).values(last=last + count))
    return int(last) + 1
