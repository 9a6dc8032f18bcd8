"""Accounts of the office, and learners with a data key each; erasure shreds the key (decisions 4.5)."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from vc_issuer.errors import InputError, NotFoundError, RuleError
from vc_issuer.model.batch import BatchState
from vc_issuer.model.parties import Learner
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.bulk import insert_rows
from vc_issuer.store.database import Session
from vc_issuer.store.tables import accounts, batches, documents, learners, pdfs
from vc_issuer.store.vault import DataKey

ROLES = ("preparer", "approver", "signer", "registrar")
_PROFILE = "learners.profile"
# What was approved can't be signed any more once a part of it is unreadable.
_UNDER_WAY = (BatchState.PREPARED, BatchState.APPROVED, BatchState.SIGNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody of the office. `roles` are such as `preparer` and `approver`; one account may hold several."""

    name: str
    roles: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Tell whether the account may act."""
        return self.disabled_at is None


def add_account(session: Session, name: str, *, roles: Iterable[str], deed: Deed) -> Account:
    """Make an account. Raises InputError if the name is taken."""
    account = Account(name=name, roles=tuple(roles), created_at=deed.at)
    row = {"name": name, "roles": list(account.roles), "created_at": deed.at}
    try:
        with session.connection.begin_nested():
            session.connection.execute(insert(accounts), row)
    except IntegrityError as error:
        raise InputError(f"there is an account {name!r} already.", remedy="Choose another name.") from error
    record_deed(session, deed, "account.add", subject=name, details={"roles": list(account.roles)})
    return account


def active_account(session: Session, name: str) -> Account:
    """Return an account that may act. Raises NotFoundError, or RuleError if it is disabled."""
    row = session.connection.execute(select(accounts).where(accounts.c.name == name)).first()
    if row is None:
        raise NotFoundError(f"there is no account {name!r}.", remedy="Name one of this home's accounts.")
    if row.disabled_at is not None:
        raise RuleError(f"the account {name!r} is disabled.", remedy="Use another, or have it enabled again.")
    return Account(name=row.name, roles=tuple(row.roles), created_at=row.created_at)


def require_role(session: Session, name: str, *roles: str) -> Account:
    """Return the account if it may act in one of `roles`. Raises NotFoundError, RuleError."""
    account = active_account(session, name)
    if not set(roles) & set(account.roles):
        raise RuleError(
            f"the account {name!r} may not do this: it takes {' or '.join(roles)}.",
            remedy="Let an account with that role do it.",
        )
    return account


def all_accounts(session: Session) -> tuple[Account, ...]:
    """Return every account by name."""
    rows = session.connection.execute(select(accounts).order_by(accounts.c.name))
    return tuple(
        Account(name=r.name, roles=tuple(r.roles), created_at=r.created_at, disabled_at=r.disabled_at) for r in rows
    )


def has_registrar(session: Session) -> bool:
    """Tell whether an active account keeps keys and accounts."""
    return bool(_registrars(session))


def _registrars(session: Session) -> set[str]:
    return {account.name for account in all_accounts(session) if account.active and "registrar" in account.roles}


def disable_account(session: Session, name: str, *, deed: Deed) -> None:
    """Keep an account from acting; what it did stays. Raises RuleError for the last registrar."""
    active_account(session, name)
    if _registrars(session) == {name}:
        raise RuleError(
            f"{name!r} is the home's last registrar.", remedy="Make another first: account add NAME --role registrar"
        )
    session.connection.execute(update(accounts).where(accounts.c.name == name).values(disabled_at=deed.at))
    record_deed(session, deed, "account.disable", subject=name)


def keep_password_hash(session: Session, name: str, hashed: str) -> None:
    """Store the hash of an account's password, in place of an older one."""
    session.connection.execute(update(accounts).where(accounts.c.name == name).values(password_hash=hashed))


def password_hash(session: Session, name: str) -> str | None:
    """Return the hash of an active account's password, or None."""
    query = select(accounts.c.password_hash).where(accounts.c.name == name, accounts.c.disabled_at.is_(None))
    return session.connection.scalar(query)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLearner:
    """The home's id for a learner, and whether what is known of them changed just now."""

    id: str
    changed: bool


def keep_learners(session: Session, people: Iterable[Learner], *, now: datetime) -> list[KeptLearner]:
    """Store learners, or bring what is known of them up to date; the answer has their order.

    Give no more at once than a query may name. Who stands twice counts as they stand last.
    """
    indexed = [(session.vault.blind_index(each.student_number, "learners.student_number"), each) for each in people]
    wanted = select(learners).where(learners.c.student_index.in_({index for index, _ in indexed}))
    rows = {bytes(row.student_index): row for row in session.connection.execute(wanted)}
    kept: dict[bytes, KeptLearner] = {}
    new: list[dict[str, Any]] = []
    for index, learner in dict(indexed).items():
        if index in rows:
            kept[index] = _keep_known(session, rows[index], learner)
        else:
            new.append(_new_learner(session, index, learner, now))
            kept[index] = KeptLearner(id=new[-1]["id"], changed=False)
    insert_rows(session, learners, new)
    return [kept[index] for index, _ in indexed]


def _keep_known(session: Session, row: Row[Any], learner: Learner) -> KeptLearner:
    key = session.vault.open_data_key(row.data_key, row.id)
    changed = _profile(key.open(row.profile, f"{_PROFILE}:{row.id}")) != learner
    if changed:
        sealed = key.seal(_profile_bytes(learner), f"{_PROFILE}:{row.id}")
        session.connection.execute(update(learners).where(learners.c.id == row.id).values(profile=sealed))
    return KeptLearner(id=row.id, changed=changed)


def _new_learner(session: Session, index: bytes, learner: Learner, now: datetime) -> dict[str, Any]:
    learner_id = session.random_bytes(16).hex()
    wrapped = session.vault.new_data_key(learner_id)
    key = session.vault.open_data_key(wrapped, learner_id)
    return {
        "id": learner_id,
        "student_index": index,
        "data_key": wrapped,
        "profile": key.seal(_profile_bytes(learner), f"{_PROFILE}:{learner_id}"),
        "created_at": now,
    }


def find_learner(session: Session, student_number: str) -> str | None:
    """Return the id of the learner with this student number, or None."""
    index = session.vault.blind_index(student_number, "learners.student_number")
    return session.connection.scalar(select(learners.c.id).where(learners.c.student_index == index))


def known_learners(session: Session, learner_ids: Iterable[str]) -> dict[str, tuple[DataKey, Learner]]:
    """Return the open data keys of these learners, and what is known of each; erased ones are left out."""
    wanted = select(learners.c.id, learners.c.data_key, learners.c.profile).where(
        learners.c.id.in_(set(learner_ids)), learners.c.data_key.is_not(None)
    )
    found = {}
    for learner_id, wrapped, profile in session.connection.execute(wanted):
        key = session.vault.open_data_key(wrapped, learner_id)
        found[learner_id] = key, _profile(key.open(profile, f"{_PROFILE}:{learner_id}"))
    return found


def data_keys(session: Session, learner_ids: Iterable[str]) -> dict[str, DataKey]:
    """Open the data keys of these learners; erased ones are left out."""
    wanted = select(learners.c.id, learners.c.data_key).where(
        learners.c.id.in_(set(learner_ids)), learners.c.data_key.is_not(None)
    )
    return {row.id: session.vault.open_data_key(row.data_key, row.id) for row in session.connection.execute(wanted)}


def held_keys(session: Session, learner_ids: Collection[str]) -> int:
    """Count those of these learners who have a data key: all but the erased ones."""
    query = select(func.count()).where(learners.c.id.in_(learner_ids), learners.c.data_key.is_not(None))
    return session.connection.scalar(query) or 0


def data_key(session: Session, learner_id: str) -> DataKey:
    """Open one learner's data key. Raises NotFoundError after erasure."""
    keys = data_keys(session, (learner_id,))
    if learner_id not in keys:
        raise NotFoundError("what this home held about the person was erased.", remedy="Nothing can bring it back.")
    return keys[learner_id]


def erase_learner(session: Session, student_number: str, *, deed: Deed) -> str:
    """Shred a learner's key, and with it every name, mark, credential and PDF that it sealed; returns their id.

    Status bits stay, and so do ids, numbers and counts: a revoked credential in somebody's hands stays revoked.
    Follow the commit with `Database.settle`. Raises NotFoundError, and RuleError while a batch is under way.
    """
    learner_id = find_learner(session, student_number)
    if learner_id is None:
        raise NotFoundError("no learner has this student number.", remedy="Check the number; nothing was erased.")
    under_way = session.connection.scalar(
        select(batches.c.id)
        .join(documents, documents.c.batch_id == batches.c.id)
        .where(documents.c.learner_id == learner_id, batches.c.state.in_([state.value for state in _UNDER_WAY]))
        .limit(1)
    )
    if under_way is not None:
        raise RuleError(
            f"batch {under_way} is about to issue documents to this learner.",
            remedy="Finish it, or return it to draft; then erase.",
        )
    _shred(session, learner_id, deed)
    return learner_id


def erase_again(session: Session, learner_id: str, *, deed: Deed) -> bool:
    """Shred, after a restore, the key of a learner who was erased since the backup; False if there is none to shred."""
    query = select(learners.c.id).where(learners.c.id == learner_id, learners.c.data_key.is_not(None))
    if session.connection.scalar(query) is None:
        return False
    _shred(session, learner_id, deed)
    return True


def _shred(session: Session, learner_id: str, deed: Deed) -> None:
    theirs = select(documents.c.id).where(documents.c.learner_id == learner_id)
    session.connection.execute(pdfs.delete().where(pdfs.c.document_id.in_(theirs)))
    session.connection.execute(update(documents).where(documents.c.learner_id == learner_id).values(code_hash=None))
    session.connection.execute(
        update(learners)
        .where(learners.c.id == learner_id)
        .values(student_index=None, data_key=None, profile=None, erased_at=deed.at)
    )
    record_deed(session, deed, "learner.erase", subject=learner_id)


def _profile_bytes(learner: Learner) -> bytes:
    values: Mapping[str, Any] = {
        "student_number": learner.student_number,
        "full_name": learner.full_name,
        "given_name": learner.given_name,
        "family_name": learner.family_name,
        "birth_date": learner.birth_date.isoformat() if learner.birth_date else None,
        "name_language": learner.name_language,
    }
    return json.dumps(values, ensure_ascii=False).encode()


def _profile(content: bytes) -> Learner:
    values = json.loads(content)
    birth_date = values.pop("birth_date")
    return Learner(**values, birth_date=date.fromisoformat(birth_date) if birth_date else None)
