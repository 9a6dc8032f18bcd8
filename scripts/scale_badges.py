"""Issue badges one after the other into a new home, read every one back, and tell what each tenth of them cost.

Each badge has a learner, a record, a document, ids, a number and a status place of its own. The way is the product's:
allotted, filled, stored sealed, then taken from the database, secured, its signature verified, stored sealed in the
log's order. Left out are the rules, the preflight and the twin: `scale.py twins` has them.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from watch import memory_of  # beside this file

from vc_issuer.bench.clock import UnitClock
from vc_issuer.bench.inputs import new_home
from vc_issuer.issuance.allot import Allotted, allot
from vc_issuer.issuance.building import Shown, TwinBuilder
from vc_issuer.issuance.decide import Decided
from vc_issuer.issuance.profile import IssuingProfile, KeyRing
from vc_issuer.issuance.signing import ChunkTask, Press, no_checkpoint, sign_chunk
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import DocumentDue, DocumentKind, LearningRecord
from vc_issuer.rules import evaluate
from vc_issuer.store.audit import Deed
from vc_issuer.store.batches import create_batch
from vc_issuer.store.chunks import Chunk
from vc_issuer.store.credentials import (
    NewDocument,
    PreparedPart,
    insert_documents,
    seal_document,
    unsigned_parts,
)
from vc_issuer.store.database import Session
from vc_issuer.store.dictionary import dictionary_of
from vc_issuer.store.issuance_log import leaves_from
from vc_issuer.store.people import data_keys
from vc_issuer.store.records import keep_records, load_records
from vc_issuer.store.secured import keep_secured, secured_by_id
from vc_issuer.store.tables import document_parts, secured_parts
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.examples import made_up_cohort
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.keys import key_opener
from vc_issuer.wiring.office import Office
from vc_issuer.wiring.pictures import Pictures

BLOCK = 1000  # badges a batch: its learners, its documents and its secured bytes are a transaction each
READ_AT_ONCE = 500
VERIFIED_ONE_IN = 1000
_GIVEN = ("Amina", "Bram", "Chloë", "Dries", "Elif", "Femke", "Günther", "Hanne", "Ínés", "Jef", "Karolien", "Łukasz")
_SECOND = ("Aya", "Bo", "Cem", "Daan", "Eva", "Finn", "Gust", "Hugo", "Ida", "Jo", "Kaat", "Lou", "Mia", "Noé", "Ona")
_FAMILY = ("Aerts", "D’Hondt", "De Smet", "García", "Nguyễn", "Ødegård", "Peeters", "van den Broeck", "Yılmaz", "Żółć")
_NAMES = tuple(product(_GIVEN, _SECOND, _FAMILY, _FAMILY))


@dataclass(slots=True, kw_only=True)
class Tenth:
    """What a tenth of the badges cost; `issue_units` are signatures' worth of CPU time for one badge."""

    badges: int
    issue_cpu_s: float
    issue_units: float
    rss_mib: float
    peak_mib: float
    database_mib: float
    read_cpu_s: float = 0.0
    read_rss_mib: float = 0.0


@dataclass(slots=True, kw_only=True)
class Issuer:
    """Issues block after block; `made` holds one digest a block, over the digests of its badges as they were made."""

    home: Home
    profile: IssuingProfile
    template: LearningRecord
    due: DocumentDue
    issued: datetime
    picture: Pictures
    builder: TwinBuilder = field(default_factory=TwinBuilder)
    press: Press = field(default_factory=Press)
    made: list[bytes] = field(default_factory=list)

    def issue(self, keys: KeyRing, first: int, count: int) -> str:
        """Issue badges to the learners from number `first` on; returns their batch."""
        deed = Deed(actor="preparer", at=self.issued)
        rows = [replace(self.template, learner=learner(number)) for number in range(first, first + count)]
        with self.home.database.writing() as session:
            batch_id = create_batch(session, f"badges from {first}", deed=deed).id
            keep_records(session, batch_id, rows, deed=deed)
            allotted = self._allot(session, batch_id, rows)
        with self.home.database.reading() as session:
            keys_of = data_keys(session, {each.record.learner_id for each in allotted})
        documents = [seal_document(self._document(each), keys_of[each.record.learner_id]) for each in allotted]
        with self.home.database.writing() as session:
            insert_documents(session, batch_id, documents, first=1)
        with self.home.database.reading() as session:
            parts = unsigned_parts(session, batch_id, first=1, last=count)
        chunk = Chunk(batch_id=batch_id, number=1 + first // BLOCK, first=1, last=count)
        task = ChunkTask(chunk=chunk, parts=tuple(parts), created=self.issued)
        signed = sign_chunk(task, keys=keys, profile=self.profile, checkpoint=no_checkpoint, press=self.press)
        with self.home.database.writing() as session:
            keep_secured(session, signed.parts, now=self.issued)
        self.made.append(_joined(part.sha256 for part in signed.parts))
        return batch_id

    def _allot(self, session: Session, batch_id: str, rows: list[LearningRecord]) -> list[Allotted]:
        stored = load_records(session, batch_id, limit=len(rows))
        decided = [
            Decided(record=one, documents=(replace(self.due, learner=one.learner, record=row.reference),), findings=())
            for one, row in zip(stored, rows, strict=True)
        ]
        return allot(session, decided, self.profile, batch_id=batch_id, issued=self.issued)[1]

    def _document(self, allotted: Allotted) -> NewDocument:
        due, envelope = allotted.due, allotted.envelope
        pictures = {language: self.picture(due, language) for language in due.languages}
        built = self.builder.build(due, envelope, Shown(pictures, {}))
        if built.documents is not None:
            self.builder.looked_at(built, ())
        language = due.languages[0]
        content = built.content.ob3[language]
        part = PreparedPart(
            credential_id=envelope.ob3_ids[language],
            document_id=allotted.document_id,
            format=FormatName.OB3,
            language=language,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            dictionary=dictionary_of(built.shared.part(language)) if built.shared else None,
        )
        return NewDocument(
            id=allotted.document_id,
            record_id=allotted.record.id,
            learner_id=allotted.record.learner_id,
            offering_key=allotted.offering_key,
            run=allotted.record.run,
            kind=due.kind,
            component=allotted.component,
            number=envelope.number,
            code=allotted.code,
            core_id=envelope.core_id,
            languages=(language,),
            issued=self.issued,
            slot=(allotted.list_id, envelope.status.index),
            replaces=None,
            parts=(part,),
        )


@dataclass(slots=True, kw_only=True)
class Reading:
    """What reading back found so far."""

    blocks: Iterator[bytes]
    read: int = 0
    secured_bytes: int = 0
    blocks_that_differ: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)


def run_badges(folder: Path, count: int) -> dict[str, Any]:
    """Issue `count` badges into a home in `folder` and read them back; returns what is to be printed."""
    home = new_home(folder / "home")
    try:
        issuer, clock = _issuer(home), UnitClock()
        with key_opener(home.settings.home)({KeyPurpose.CREDENTIAL, KeyPurpose.SEAL}) as keys:
            tenths = [_issue_tenth(issuer, keys, numbers, clock) for numbers in _tenths(count)]
        Office(home, "preparer").publish_statuses()
        reading = Reading(blocks=iter(issuer.made))
        for tenth, numbers in zip(tenths, _tenths(count), strict=True):
            _read_tenth(home, numbers, tenth, reading)
        stored = _stored(home)
    finally:
        home.close()
    return {
        "badges": count,
        "read_back": reading.read,
        "blocks": len(issuer.made),
        "blocks_that_differ": reading.blocks_that_differ,
        "verified_again": dict(reading.verdicts),
        "bytes_each": {"secured": round(reading.secured_bytes / max(1, reading.read)), **stored},
        "peak_mib": round(memory_of().peak, 1),
        "tenths": [asdict(each) for each in tenths],
    }


def learner(number: int) -> Learner:
    """Return a person of their own who does not exist: a name of four parts, a number, a day of birth."""
    given, second, one, other = _NAMES[number * 7919 % len(_NAMES)]
    born = date(1960 + number % 43, 1 + number % 12, 1 + number % 28)
    return Learner(
        student_number=f"{10_000_000 + number}",
        full_name=f"{given} {second} {one} {other}",
        given_name=f"{given} {second}",
        family_name=f"{one} {other}",
        birth_date=born,
    )


def _tenths(count: int) -> list[range]:
    edges = [count * tenth // 10 for tenth in range(11)]
    return [range(first, last) for first, last in pairwise(edges)]


def _issuer(home: Home) -> Issuer:
    profile = home.profile()
    reading = Office(home, "preparer").read_cohort(made_up_cohort(20, 2), "made-up.csv")
    template, due = next(
        (record, due)
        for record in reading.records
        for due in evaluate(record).documents
        if due.kind is DocumentKind.CERTIFICATE
    )
    due = replace(due, issuer=home.issuer, shows_birth_date=False, languages=due.languages[:1])
    pictures = Pictures(home.issuer.legal_name)
    return Issuer(home=home, profile=profile, template=template, due=due, issued=home.now(), picture=pictures)


def _issue_tenth(issuer: Issuer, keys: KeyRing, numbers: range, clock: UnitClock) -> Tenth:
    unit_us, begun = clock.unit(), time.process_time()
    for first in range(numbers.start, numbers.stop, BLOCK):
        issuer.issue(keys, first, min(BLOCK, numbers.stop - first))
    spent = time.process_time() - begun
    issuer.home.database.settle()
    size = (issuer.home.settings.home / "vc_issuer.sqlite").stat().st_size
    memory = memory_of()
    tenth = Tenth(
        badges=len(numbers),
        issue_cpu_s=round(spent, 2),
        issue_units=round(spent / len(numbers) * 2e6 / (unit_us + clock.unit()), 1),
        rss_mib=round(memory.now, 1),
        peak_mib=round(memory.peak, 1),
        database_mib=round(size / 2**20, 1),
    )
    print(f"issued up to {numbers.stop}: {tenth}", flush=True)
    return tenth


def _read_tenth(home: Home, numbers: range, tenth: Tenth, reading: Reading) -> None:
    """Read badges in the order in which they were made, and compare each block's digest with what was made."""
    verifier, now, begun = Verifier(home.trust(), directly), home.now(), time.process_time()
    for first in range(numbers.start, numbers.stop, BLOCK):
        digests = []
        for content in _contents(home, first, min(first + BLOCK, numbers.stop)):
            digests.append(hashlib.sha256(content).hexdigest())
            reading.secured_bytes += len(content)
            if reading.read % VERIFIED_ONE_IN == 0:
                reading.verdicts[verifier.verify(content, "credential", now).verdict.value] += 1
            reading.read += 1
        reading.blocks_that_differ += _joined(digests) != next(reading.blocks)
    tenth.read_cpu_s = round(time.process_time() - begun, 2)
    tenth.read_rss_mib = round(memory_of().now, 1)
    print(f"read back up to {reading.read}: {tenth}, {reading.blocks_that_differ} blocks differ", flush=True)


def _contents(home: Home, first: int, last: int) -> Iterator[bytes]:
    for start in range(first, last, READ_AT_ONCE):
        with home.database.reading() as session:
            names = [name for name, _ in leaves_from(session, start, min(start + READ_AT_ONCE, last))]
            found = secured_by_id(session, names)
        yield from (found[name][1] for name in names)


def _stored(home: Home) -> dict[str, int]:
    """Return the mean size of what is stored sealed of a badge: unsecured, and what securing added to that."""
    with home.database.reading() as session:
        prepared, added = (
            session.connection.scalar(select(func.avg(func.length(column)))) or 0
            for column in (document_parts.c.prepared, secured_parts.c.content)
        )
    return {"stored_prepared": round(prepared), "stored_added": round(added)}


def _joined(digests: Iterable[str]) -> bytes:
    return hashlib.sha256("".join(digests).encode()).digest()
