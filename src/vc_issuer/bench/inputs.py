"""What the benchmark works on: a home of its own with a signed batch of made-up learners, gone when it ends."""

import hashlib
import json
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from vc_issuer.config import Mode
from vc_issuer.errors import ConfigurationError
from vc_issuer.formats.blueprint import Blueprint, is_plain, make_blueprint
from vc_issuer.formats.twins import badge_languages, build_twin
from vc_issuer.issuance.identity import document_number, new_uuid
from vc_issuer.issuance.publish import IssuedDocument, issued_of_batch
from vc_issuer.model.credential import Envelope, FormatName, StatusSlot
from vc_issuer.model.record import DocumentDue, DocumentKind
from vc_issuer.rendering.picture import draw_picture
from vc_issuer.rules import evaluate
from vc_issuer.store.credentials import PreparedPart, prepared_parts
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.examples import example, made_up_cohort
from vc_issuer.wiring.home import Home, open_home
from vc_issuer.wiring.homemaking import DEFAULT_DATABASE, NewHome, make_home
from vc_issuer.wiring.office import Office, check_offering_file

_INSTITUTION, _HOST, _OFFERING = "uzb", "credentials.uzb.example", "offerings/mc03.toml"
_LEARNERS = 60
_AWARDS = 32


class Award(NamedTuple):
    """A document due with ids of its own: the record that goes in."""

    due: DocumentDue
    envelope: Envelope
    elm_digest: str
    core_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """A home, what it prepared and issued, and awards of one group with the blueprint of their twins."""

    home: Home
    parts: Sequence[PreparedPart]
    issued: Sequence[IssuedDocument]
    awards: Sequence[Award]
    blueprint: Blueprint
    language: str

    def badge(self, number: int) -> bytes:
        """Return an unsecured badge, filled from one award's record."""
        award = self.awards[number % len(self.awards)]
        digests = {"elm_digest": award.elm_digest, "core_digest": award.core_digest}
        return self.blueprint.fill_badge(award.due, award.envelope, self.language, **digests)

    def prepared(self, name: FormatName) -> list[PreparedPart]:
        """Return prepared parts of one format, certificates in one language: one offering's learners."""
        return [part for part in self.parts if part.format is name and part.language in ("", self.language)]


@contextmanager
def bench_inputs() -> Iterator[Inputs]:
    """Make everything, and take it away again."""
    with tempfile.TemporaryDirectory(prefix="vc-issuer-bench-") as folder:
        home = new_home(Path(folder) / "home")
        try:
            batch_id = signed_batch(home, _LEARNERS, seed=1)
            with home.database.reading() as session:
                parts = prepared_parts(session, batch_id, first=1, last=10_000)
            issued = tuple(issued_of_batch(home.database, batch_id, base_url=home.settings.base_url))
            awards, blueprint, language = _awards(home)
            yield Inputs(home=home, parts=parts, issued=issued, awards=awards, blueprint=blueprint, language=language)
        finally:
            home.close()


def new_home(path: Path, *, database: str = DEFAULT_DATABASE, languages: Sequence[str] = ()) -> Home:
    """Make a home with the example offering in its catalogue; its documents are in its languages, or in these."""
    issuer = known_institution(_INSTITUTION)
    make_home(NewHome(path=path, issuer=issuer, host=_HOST, mode=Mode.DEMO, database=database), now=utc_now())
    home = open_home(path)
    file = example(_OFFERING)
    content = _in_languages(file.read_text(encoding="utf-8"), languages).encode()
    offering = check_offering_file(content, filename=file.name, base_url=home.settings.base_url)
    Office(home, "preparer").add_offering(offering)
    return home


def _in_languages(offering: str, languages: Sequence[str]) -> str:
    """Let an offering's documents be in these languages, if any are named; those of its runs stand further down."""
    said = f"languages = {json.dumps(list(languages))}"
    return re.sub(r"^languages = .*$", said, offering, count=1, flags=re.MULTILINE) if languages else offering


def imported_batch(home: Home, learners: int, *, seed: int) -> str:
    """Import a made-up cohort; returns its draft."""
    office = Office(home, "preparer")
    content = made_up_cohort(learners, seed)
    reading = office.read_cohort(content, "made-up.csv")
    sha256 = hashlib.sha256(content).hexdigest()
    return office.import_cohort(reading, sha256=sha256, title="bench", dry_run=False).batch_id


def signed_batch(home: Home, learners: int, *, seed: int, processes: int = 1) -> str:
    """Import, prepare, approve and sign a made-up cohort, and publish it."""
    batch_id = imported_batch(home, learners, seed=seed)
    digest = Office(home, "preparer").prepare(batch_id).digest
    approver = Office(home, "approver")
    approver.approve(batch_id, digest)
    approver.sign(batch_id, processes=processes)
    Office(home, "preparer").publish(batch_id)
    return batch_id


def _awards(home: Home) -> tuple[list[Award], Blueprint, str]:
    """Return awards of one certificate to learners of plain names, and the blueprint of their twins."""
    reading = Office(home, "preparer").read_cohort(made_up_cohort(4 * _AWARDS, 2), "made-up.csv")
    found = [
        replace(due, issuer=home.issuer, shows_birth_date=False)
        for record in reading.records
        for due in evaluate(record).documents
        if due.kind is DocumentKind.CERTIFICATE and is_plain(due) and due.learner.family_name
    ][:_AWARDS]
    languages = badge_languages(found[0])
    pictures = {
        language: draw_picture("Bench", issuer="UZB", ects=found[0].specification.ects, language=language)
        for language in languages
    }
    awards: list[Award] = []
    blueprint: Blueprint | None = None
    for number, due in enumerate(found):
        envelope = Envelope(
            elm_id=f"urn:credential:{new_uuid(secrets.token_bytes)}",
            ob3_ids={language: f"urn:uuid:{new_uuid(secrets.token_bytes)}" for language in languages},
            core_id=f"urn:uuid:{new_uuid(secrets.token_bytes)}",
            number=document_number("BENCH", 2026, number),
            issued=home.now(),
            status=StatusSlot(list_url=f"{home.settings.base_url}/status/1", index=1000 + 7 * number),
            verify_url=f"{home.settings.base_url}/c/{'0' * 26}",
            issuer_did=home.settings.issuer.did,
            pictures=pictures,
            base_url=home.settings.base_url,
        )
        twin = build_twin(due, envelope)
        blueprint = blueprint or make_blueprint(due, envelope, twin)
        resources = twin.ob3[languages[0]]["relatedResource"]
        elm, core = (str(entry["digestSRI"]) for entry in resources)  # type: ignore[union-attr,index,call-overload]
        awards.append(Award(due, envelope, elm, core))
    if blueprint is None:
        raise ConfigurationError("the example offering has no blueprint.", remedy="Report this as a defect.")
    return awards, blueprint, languages[0]
