"""Passwords of accounts: argon2id, a floor on length, and a halt after a few wrong ones (threat T8)."""

from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vc_issuer.errors import InputError, RuleError
from vc_issuer.store.audit import Deed, count_deeds, record_deed
from vc_issuer.store.database import Database
from vc_issuer.store.people import active_account, keep_password_hash, password_hash
from vc_issuer.store.sign_ins import end_sign_ins_of

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 1024  # argon2 takes any length, at a cost
MOST_FAILURES, WITHIN = 5, timedelta(minutes=15)
_REFUSED, _PROVED = "account.password.refused", "account.password.proved"
_hasher = PasswordHasher()  # the library's defaults follow RFC 9106's second recommended option


def set_password(database: Database, name: str, password: str, *, deed: Deed) -> None:
    """Give an account a new password, and sign it out everywhere. Raises InputError, NotFoundError."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise InputError(
            "the password is too short, or far too long.", remedy=f"Take {LEAST_CHARACTERS} characters or more."
        )
    hashed = _hasher.hash(password)
    with database.writing() as session:
        active_account(session, name)
        keep_password_hash(session, name, hashed)
        end_sign_ins_of(session, name)
        record_deed(session, deed, "account.password.set", subject=name)


def prove_password(database: Database, password: str, *, deed: Deed) -> None:
    """Return if this is the password of the account that acts. Raises RuleError, the same for every cause."""
    name = deed.actor
    with database.writing() as session:
        since = deed.at - WITHIN
        if count_deeds(session, _REFUSED, subject=name, since=since) >= MOST_FAILURES:
            raise RuleError(
                "too many wrong passwords in a short time.",
                remedy=f"Wait {WITHIN.seconds // 60} minutes, then try again.",
            )
        proved = is_password(password_hash(session, name), password)
        record_deed(session, deed, _PROVED if proved else _REFUSED, subject=name)
    if not proved:
        raise RuleError("the account and the password don't match.", remedy="Try again; it is your own password.")


def is_password(hashed: str | None, password: str) -> bool:
    """Tell whether a password has this hash; an account without one, or none at all, takes as long."""
    try:
        # An account without a password costs as much time as one with another password.
        _hasher.verify(hashed or _nobody(), password[:MOST_CHARACTERS])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("an account without a password")
