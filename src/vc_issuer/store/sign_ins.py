"""Who is signed in at the console. A sign-in is kept by the hash of its token: who reads the table becomes nobody."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update

from vc_issuer.store.database import Session
from vc_issuer.store.tables import accounts, sign_ins


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One sign-in of an active account: since when, and when it was last used."""

    account: str
    roles: tuple[str, ...]
    began_at: datetime
    seen_at: datetime


def keep_sign_in(session: Session, token: str, account: str, *, now: datetime) -> None:
    """Store that whoever shows `token` is `account`."""
    row = {"token_sha256": _hash(token), "account": account, "began_at": now, "seen_at": now}
    session.connection.execute(insert(sign_ins), row)


def find_sign_in(session: Session, token: str) -> SignIn | None:
    """Return the sign-in of a token, however old; None if there is none, or its account was disabled."""
    query = (
        select(sign_ins.c.account, accounts.c.roles, sign_ins.c.began_at, sign_ins.c.seen_at)
        .join(accounts, accounts.c.name == sign_ins.c.account)
        .where(sign_ins.c.token_sha256 == _hash(token), accounts.c.disabled_at.is_(None))
    )
    row = session.connection.execute(query).first()
    if row is None:
        return None
    return SignIn(account=row.account, roles=tuple(row.roles), began_at=row.began_at, seen_at=row.seen_at)


def touch_sign_in(session: Session, token: str, *, now: datetime) -> None:
    """Note that a sign-in was used."""
    session.connection.execute(update(sign_ins).where(sign_ins.c.token_sha256 == _hash(token)).values(seen_at=now))


def end_sign_in(session: Session, token: str) -> None:
    """Forget a sign-in; an unknown token ends nothing."""
    session.connection.execute(delete(sign_ins).where(sign_ins.c.token_sha256 == _hash(token)))


def end_sign_ins_of(session: Session, account: str) -> None:
    """Forget every sign-in of an account."""
    session.connection.execute(delete(sign_ins).where(sign_ins.c.account == account))


def drop_sign_ins(session: Session, *, began_before: datetime, seen_before: datetime) -> None:
    """Forget the sign-ins that have run out."""
    old = or_(sign_ins.c.began_at < began_before, sign_ins.c.seen_at < seen_before)
    session.connection.execute(delete(sign_ins).where(old))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
