"""Allot ids, numbers, codes and status places to documents due, in the one transaction that reserves them.

An award that a document certifies already is left out here, with a finding; it is never an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from vc_issuer.formats.twins import badge_languages
from vc_issuer.issuance.decide import Decided, component_of, issued_before, not_replaceable
from vc_issuer.issuance.identity import document_number, in_blocks, new_code, new_uuid
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.model.credential import CredentialStatus, Envelope
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.record import DocumentDue, Specification
from vc_issuer.store.credentials import Award, taken_claims
from vc_issuer.store.database import Session
from vc_issuer.store.documents import StoredDocument, documents_by_id
from vc_issuer.store.numbers import reserve_numbers
from vc_issuer.store.offerings import offering_key
from vc_issuer.store.records import StoredRecord
from vc_issuer.store.status import ReservedSlot, reserve_slots
from vc_issuer.store.vault import RandomBytes


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class Allotted:
    """A document due with everything that it gets from this home."""

    record: StoredRecord
    due: DocumentDue
    document_id: str
    envelope: Envelope
    code: str = field(repr=False)
    list_id: int
    replaces: str | None

    @property
    def component(self) -> str:
        """Return the course unit, empty for a certificate."""
        return component_of(self.due)

    @property
    def offering_key(self) -> str:
        """Return the offering version's key."""
        return offering_key(self.record.offering_code, self.record.offering_version)


class _BadgeLanguages:
    """Tells in which languages documents get badges, worked out once for each specification among them."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[str, ...]], tuple[Specification, tuple[str, ...]]] = {}

    def of(self, due: DocumentDue) -> tuple[str, ...]:
        key = (id(due.specification), due.languages)
        known = self._known.get(key)
        if known is None:
            # The specification is kept beside its languages, so that no other gets its id.
            known = self._known[key] = due.specification, badge_languages(due)
        return known[1]


class _Wanted(NamedTuple):
    """A document due that nothing certifies yet, and the one that it will supersede."""

    record: StoredRecord
    due: DocumentDue
    replaces: str | None


def allot(
    session: Session, decided: Sequence[Decided], profile: IssuingProfile, *, batch_id: str, issued: datetime
) -> tuple[list[Decided], list[Allotted]]:
    """Reserve what the documents due need; returns the records as they stand now, and the documents allotted."""
    standing, wanted = _leave_out(session, decided)
    if not wanted:
        return standing, []
    year = issued.year
    first = reserve_numbers(session, f"document-{profile.number_prefix}-{year}", len(wanted))
    slots = reserve_slots(session, batch_id, len(wanted), base_url=profile.base_url)
    numbers = (document_number(profile.number_prefix, year, first + n) for n in range(len(wanted)))
    languages, random_bytes = _BadgeLanguages(), in_blocks(session.random_bytes)
    return standing, [
        _allotted(random_bytes, want, profile, (number, slot, issued, languages.of(want.due)))
        for want, number, slot in zip(wanted, numbers, slots, strict=True)
    ]


def _leave_out(session: Session, decided: Sequence[Decided]) -> tuple[list[Decided], list[_Wanted]]:
    """Sort out what is certified already, and pair what supersedes with what it supersedes."""
    awards = {id(due): _award(each.record, due) for each in decided for due in each.documents}
    replaced = [name for each in decided for name in each.record.replaces]
    claims = [award.claim for award in awards.values()]
    claims += [award.claim_after(name) for award in awards.values() for name in replaced]
    taken = taken_claims(session, claims)
    known = documents_by_id(session, [*taken.values(), *replaced])
    standing, wanted = [], []
    for each in decided:
        now = _check_replaceable(each, known)
        for due in now.documents:
            award = awards[id(due)]
            old = taken.get(award.claim)
            replaces = old if old in now.record.replaces else None
            holder = taken.get(award.claim_after(replaces)) if replaces else old
            if holder is None:
                wanted.append(_Wanted(now.record, due, replaces))
            else:
                now = now.without(due, issued_before(due, known[holder].number))
        standing.append(now)
    return standing, wanted


def _check_replaceable(decided: Decided, known: Mapping[str, StoredDocument]) -> Decided:
    for name in decided.record.replaces:
        old = known[name]
        if old.status not in (CredentialStatus.CURRENT, CredentialStatus.SUSPENDED):
            decided = decided.with_finding(not_replaceable(old.number, old.status.value))
    return decided


def _award(record: StoredRecord, due: DocumentDue) -> Award:
    return Award(
        learner_id=record.learner_id,
        offering_key=offering_key(record.offering_code, record.offering_version),
        run=record.run,
        kind=due.kind,
        component=component_of(due),
    )


def _allotted(
    random_bytes: RandomBytes,
    want: _Wanted,
    profile: IssuingProfile,
    given: tuple[str, ReservedSlot, datetime, tuple[str, ...]],
) -> Allotted:
    number, reserved, issued, languages = given
    code = new_code(random_bytes)
    envelope = Envelope(
        elm_id=f"urn:credential:{new_uuid(random_bytes)}",
        ob3_ids={language: f"urn:uuid:{new_uuid(random_bytes)}" for language in languages},
        core_id=f"urn:uuid:{new_uuid(random_bytes)}",
        number=number,
        issued=issued,
        status=reserved.slot,
        verify_url=f"{profile.base_url}/c/{code}",
        issuer_did=profile.did,
        base_url=profile.base_url,
    )
    return Allotted(
        record=want.record,
        due=want.due,
        document_id=random_bytes(16).hex(),
        envelope=envelope,
        code=code,
        list_id=reserved.list_id,
        replaces=want.replaces,
    )
