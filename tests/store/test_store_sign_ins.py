"""Sign-ins as they are stored: by hash, of active accounts, and gone when they should be."""

from datetime import timedelta

from store.homes import ANN, NOON
from vc_issuer.store.people import disable_account
from vc_issuer.store.sign_ins import (
    drop_sign_ins,
    end_sign_in,
    end_sign_ins_of,
    find_sign_in,
    keep_sign_in,
    touch_sign_in,
)
from vc_issuer.store.tables import sign_ins

LATER = NOON + timedelta(minutes=5)


def test_a_sign_in_is_found_by_its_token_alone(database):
    with database.writing() as session:
        keep_sign_in(session, "one", "ann", now=NOON)
        touch_sign_in(session, "one", now=LATER)
        found = find_sign_in(session, "one")
        kept = str(session.connection.execute(sign_ins.select()).all())
    assert (found.account, found.roles, found.began_at, found.seen_at) == ("ann", ("preparer", "approver"), NOON, LATER)
    assert "'one'" not in kept
    with database.reading() as session:
        assert find_sign_in(session, "two") is None


def test_it_ends_alone_or_with_all_of_its_account(database):
    with database.writing() as session:
        for token, account in (("one", "ann"), ("two", "ann"), ("three", "bob")):
            keep_sign_in(session, token, account, now=NOON)
        end_sign_in(session, "one")
        end_sign_in(session, "unknown")
        assert [find_sign_in(session, token) is not None for token in ("one", "two", "three")] == [False, True, True]
        end_sign_ins_of(session, "ann")
        assert [find_sign_in(session, token) is not None for token in ("two", "three")] == [False, True]


def test_a_disabled_account_is_not_signed_in(database):
    with database.writing() as session:
        keep_sign_in(session, "one", "ann", now=NOON)
        disable_account(session, "ann", deed=ANN)
        assert find_sign_in(session, "one") is None


def test_what_began_or_was_seen_too_long_ago_is_dropped(database):
    with database.writing() as session:
        for token, began, seen in (("new", LATER, LATER), ("old", NOON, LATER), ("idle", LATER, LATER)):
            keep_sign_in(session, token, "ann", now=began)
            touch_sign_in(session, token, now=seen)
        touch_sign_in(session, "idle", now=NOON)
        drop_sign_ins(session, began_before=LATER, seen_before=LATER)
        assert [find_sign_in(session, token) is not None for token in ("new", "old", "idle")] == [True, False, False]
