"""Sign in at the console with an account and its password, and out again (threats T7, T8).

Whatever is wrong, the answer is one sentence. The password is hashed for every attempt, outside any transaction;
failures are counted again in the transaction that decides, so that attempts at the same time are no way round it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from vc_issuer.errors import RuleError
from vc_issuer.store.audit import Deed, count_deeds, record_deed
from vc_issuer.store.database import Database
from vc_issuer.store.people import password_hash
from vc_issuer.store.sign_ins import drop_sign_ins, end_sign_in, find_sign_in, keep_sign_in, touch_sign_in
from vc_issuer.wiring.known_browsers import browser_token, is_known_browser
from vc_issuer.wiring.passwords import MOST_FAILURES, WITHIN, is_password

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=8)
_TOUCHED_EVERY = timedelta(minutes=1)  # a page that is read costs no write
_TOKEN_BYTES = 32
# Not counted with what `prove_password` counts: nobody from outside can keep an office from signing.
_REFUSED, _SIGNED_IN, _SIGNED_OUT = "account.sign-in.refused", "account.sign-in", "account.sign-out"
# Of browsers in which the account signed in before: nobody from outside can keep their owner out either.
_REFUSED_KNOWN = "account.sign-in.known.refused"
_NOBODY = "anonymous"  # whoever gave a wrong password need not be the account's owner


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who is signed in, with the roles that the account has at this moment."""

    account: str
    roles: frozenset[str]


class Tokens(NamedTuple):
    """What a browser gets that has just signed in: the sign-in's token, and the one by which it will be known."""

    sign_in: str
    browser: str


def sign_in(database: Database, name: str, password: str, *, now: datetime, browser: str = "") -> Tokens:
    """Begin a sign-in. `browser` is the token by which the browser is known, if it has one.

    Raises RuleError with the same words for every cause.
    """
    name = name if name.isprintable() else ""
    with database.reading() as session:
        hashed = password_hash(session, name)
    matches = is_password(hashed, password)
    is_known = is_known_browser(database.vault, name, hashed or "", browser) and hashed is not None
    refused = _REFUSED_KNOWN if is_known else _REFUSED
    with database.writing() as session:
        is_open = count_deeds(session, refused, subject=name, since=now - WITHIN) < MOST_FAILURES
        if hashed is not None and matches and is_open and password_hash(session, name) == hashed:
            drop_sign_ins(session, began_before=now - LONGEST, seen_before=now - IDLE)
            token = session.random_bytes(_TOKEN_BYTES).hex()
            keep_sign_in(session, token, name, now=now)
            record_deed(session, Deed(actor=name, at=now), _SIGNED_IN, subject=name)
            known = browser_token(database.vault, name, hashed, random_bytes=session.random_bytes)
            return Tokens(sign_in=token, browser=known)
        # A name that is no account is not kept: people type passwords into the wrong field.
        if hashed is not None and is_open:
            record_deed(session, Deed(actor=_NOBODY, at=now), refused, subject=name)
    raise RuleError(
        "the account and the password don't match, or there were too many wrong ones.",
        remedy=f"After {MOST_FAILURES} wrong passwords an account waits {WITHIN.seconds // 60} minutes.",
    )


def signed_in(database: Database, token: str, *, now: datetime, is_used: bool) -> SignedIn | None:
    """Return who shows a token, or None if it is unknown or has run out. `is_used` is False for what no person did."""
    with database.reading() as session:
        found = find_sign_in(session, token)
    if found is None or now - found.began_at >= LONGEST or now - found.seen_at >= IDLE:
        return None
    if is_used and now - found.seen_at >= _TOUCHED_EVERY:
        with database.writing() as session:
            touch_sign_in(session, token, now=now)
    return SignedIn(account=found.account, roles=frozenset(found.roles))


def sign_out(database: Database, token: str, *, now: datetime) -> None:
    """End a sign-in on the server, whatever the browser keeps."""
    with database.writing() as session:
        found = find_sign_in(session, token)
        end_sign_in(session, token)
        if found is not None:
            record_deed(session, Deed(actor=found.account, at=now), _SIGNED_OUT, subject=found.account)
