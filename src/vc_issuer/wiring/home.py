"""A home, opened: what the web and the command line ask of it. Read-only; who changes something asks the office."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from vc_issuer.carriers.png import bake_png
from vc_issuer.config import Mode, Settings, load_settings, read_api_keys, read_storage_key
from vc_issuer.did import did_web_document
from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import ConfigurationError, VcIssuerError
from vc_issuer.formats.ob3 import Ob3Format, issuer_profile
from vc_issuer.issuance.handing_out import hand_out
from vc_issuer.issuance.outliers import folded
from vc_issuer.issuance.profile import IssuingProfile, check_keys
from vc_issuer.issuance.publish import IssuedDocument, issued_by_code, pdf_of
from vc_issuer.model.credential import Document, SecuredCredential
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose
from vc_issuer.model.parties import Organisation
from vc_issuer.model.report import Report
from vc_issuer.rendering.badge import draw_badge
from vc_issuer.sandbox import Sandbox
from vc_issuer.securing.jades import PAYLOAD_LIMITS
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.database import Database, open_database
from vc_issuer.store.documents import successors_of
from vc_issuer.store.endorsements import endorsements_at
from vc_issuer.store.status import served_list, served_lists
from vc_issuer.store.vault import Vault
from vc_issuer.verification.examination import worse
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.presentation import Asked, Presented, prove_presentation
from vc_issuer.verification.trust import LookUp, TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.answers import AnswerCache
from vc_issuer.wiring.asking import OwnPages
from vc_issuer.wiring.catalogue import Catalogue, CatalogueEntry, known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.conformance import ConformanceMount
from vc_issuer.wiring.keys import (
    issuing_profile,
    jwk_set,
    key_access,
    open_home_keys,
    own_issuer,
    records_of,
    seal_chain,
)
from vc_issuer.wiring.logbook import StoredLog
from vc_issuer.wiring.printing import print_document
from vc_issuer.wiring.trust_lists import pinned_lists
from vc_issuer.wiring.trusting import PRELOAD, Pins, online, trust_of_files

__all__ = ["CatalogueEntry", "Home", "Published", "open_home"]

Published: TypeAlias = IssuedDocument


@lru_cache(maxsize=64)
def _picture(title: str, issuer: str, volume: Decimal, language: str, kind: str) -> bytes:
    return draw_badge(title, issuer=issuer, ects=volume, language=language, kind=kind)


class StoredLists(Mapping[str, bytes]):
    """The home's status lists as they are served this very moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getitem__(self, url: str) -> bytes:
        """Return a list's secured bytes."""
        with self._database.reading() as session:
            return served_lists(session, [url])[url]

    def __iter__(self) -> Iterator[str]:
        """Name every list."""
        with self._database.reading() as session:
            return iter(served_lists(session))

    def __len__(self) -> int:
        """Count the lists."""
        with self._database.reading() as session:
            return len(served_lists(session))


class Home:
    """Everything that a home can tell."""

    def __init__(self, settings: Settings, issuer: Organisation, database: Database) -> None:
        self.settings = settings
        self.issuer = issuer
        self.database = database
        self._offerings = Catalogue(database, base_url=settings.base_url)
        self._sandbox: Sandbox | None = None
        self._answers = AnswerCache()
        self._familiar: Familiar | None = None

    def now(self) -> datetime:
        """Read the clock: aware UTC, to the second."""
        return utc_now()

    def close(self) -> None:
        """Give everything back."""
        if self._sandbox is not None:
            self._sandbox.close()
        self.database.close()

    @property
    def offerings(self) -> Catalogue:
        """Return the catalogue with everything that the rules need."""
        return self._offerings

    def profile(self) -> IssuingProfile:
        """Return the facts that documents, proofs and approvals depend on."""
        return issuing_profile(self.settings, self.issuer)

    def trust(self, pins: Pins | None = None) -> TrustStore:
        """Return whom this home's verifier trusts: its own issuer and lists, what the settings pin, and `pins`."""
        settings = self.settings
        own = (own_issuer(settings, self.issuer),) if settings.trust.own else ()
        base = TrustStore(
            issuers=own,
            status_lists=StoredLists(self.database),
            trusted_lists=pinned_lists(settings.home),
            log=self.log(),
        )
        named = Pins(
            did_documents=tuple(settings.path(name) for name in settings.trust.did_documents),
            anchors=tuple(settings.path(name) for name in settings.trust.anchors),
            time_anchors=tuple(settings.path(name) for name in settings.trust.time_anchors),
            registries=tuple((settings.path(one.file), one.signer) for one in settings.trust.registries),
            domains=settings.trust.domains,
            endorsers=tuple(settings.path(name) for name in settings.trust.endorsers),
        )
        pins = pins or Pins()
        trust = trust_of_files(pins, trust_of_files(named, base))
        hosts = () if pins.offline else (*settings.online.hosts, *pins.hosts)
        asking = online(trust, hosts, self._answers).look_ups

        def look_up() -> LookUp:
            return OwnPages(settings.base_url, self._badge_behind, asking() if asking else None)

        return replace(trust, look_ups=look_up)

    def _badge_behind(self, code: str) -> bytes | None:
        found = self.published(code)
        return found.ob3[found.language].content if found else None

    def staff(self) -> frozenset[str]:
        """Return names and numbers of staff, as approvers are warned of them. Raises ConfigurationError."""
        name = self.settings.policy.staff_list
        if not name:
            return frozenset()
        try:
            lines = self.settings.path(name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{name} can't be read.", remedy="Correct policy.staff_list.") from error
        return frozenset(folded(line) for line in lines if line.strip())

    def log(self) -> StoredLog:
        """Return the home's own log of issuance."""
        return StoredLog(self.database, did=self.settings.issuer.did)

    def verifier(self, pins: Pins | None = None) -> Verifier:
        """Return a verifier whose untrusted work runs in killable children; the status is that of this moment."""
        guard = self._guard()
        if self._familiar is None:
            self._familiar = Familiar(guard.run)
        return Verifier(self.trust(pins), guard.run, familiar=self._familiar)

    def present(self, content: bytes, asked: Asked) -> Presented:
        """Return what a presentation proves; the credentials in it are still to be verified."""
        presented: Presented = self._guard().run(prove_presentation, content, asked, self.now())
        return presented

    def hand_out(self, credential: Mapping[str, Any]) -> SecuredCredential:
        """Return the signed bytes of the published document that `credential` equals (ADR 6)."""
        with self.database.reading() as session:
            return hand_out(session, credential)

    def api_keys(self) -> Mapping[str, bytes]:
        """Return who may ask for credentials over the API, each with the SHA-256 of its key."""
        return read_api_keys(self.settings)

    def conformance(self, origin: str) -> ConformanceMount:
        """Return a conformance mount that is reached at `origin`. Raises ConfigurationError in production."""
        return ConformanceMount(origin, self.settings.mode, self._guard().run, self.now)

    def warm(self) -> None:
        """Start the children before the first request waits for them."""
        self._guard().warm()

    def _guard(self) -> Sandbox:
        if self._sandbox is None:
            self._sandbox = Sandbox(preload=PRELOAD)
        return self._sandbox

    def successor_number(self, published: Published) -> str:
        """Return the number of the document that took this one's place; empty while it stands."""
        with self.database.reading() as session:
            found = successors_of(session, [published.document.id]).get(published.document.id)
        return found.number if found else ""

    def endorsements(self, moment: datetime) -> Mapping[str, tuple[Document, ...]]:
        """Return the endorsements of the catalogue that hold at a moment, by the id of what they are of."""
        with self.database.reading() as session:
            found = endorsements_at(session, moment)
        return {subject: tuple(json.loads(each.content) for each in kept) for subject, kept in found.items()}

    def published(self, code: str) -> Published | None:
        """Return what is published behind a code; None alike for an unknown, unpublished and erased one."""
        with self.database.reading() as session:
            return issued_by_code(session, code, base_url=self.settings.base_url)

    def pdf_of(self, published: Published) -> bytes:
        """Return the document's PDF with both credentials inside; rendered once and kept."""
        return pdf_of(self.database, published, render=self.render, now=self.now())

    def render(self, published: Published) -> bytes:
        """Print a document from what its sealed ELM says, and attach the signed bytes."""
        return print_document(published, host=self.settings.host, is_demo=self.settings.mode is Mode.DEMO)

    def badge_of(self, published: Published) -> bytes:
        """Return a picture with the badge baked in, for backpacks and wallets (OB3 section 5.3)."""
        badge = published.ob3[published.language]
        document = parse_strict(badge.content, limits=PAYLOAD_LIMITS)
        if not isinstance(document, dict):
            raise ConfigurationError(f"the stored badge of {published.number} is none.", remedy="Restore a backup.")
        summary = Ob3Format().summarise(document, published.language)
        volume = summary.credits if summary.credits is not None else Decimal(0)
        picture = _picture(summary.title, summary.issuer_name, volume, summary.language, summary.kind)
        return bake_png(picture, badge.content)

    def report_on(self, published: Published, language: str) -> Report:
        """Verify both twins as they are stored; the worse verdict, with the facts in `language`."""
        verifier, now = self.verifier(), self.now()
        badge = verifier.verify(published.ob3[published.language].content, "Open Badges 3.0", now, language)
        sealed = verifier.verify(published.elm.content, "European Digital Credential", now, language)
        if badge.verdict is sealed.verdict or worse(badge.verdict, sealed.verdict) is sealed.verdict:
            return replace(sealed, endorsements=badge.endorsements)
        return replace(badge, summary=sealed.summary)

    def status_list(self, name: str) -> bytes | None:
        """Return a status list exactly as it was signed, or None."""
        with self.database.reading() as session:
            found = served_list(session, name)
        return found.content if found else None

    def did_document(self) -> dict[str, Any]:
        """Return the issuer's DID document: every key that a Multikey can say, retired ones too."""
        records = [
            record for record in records_of(self.settings) if record.public_key.algorithm is not KeyAlgorithm.RSA_SHA256
        ]
        document = did_web_document(
            self.settings.issuer.did,
            [record.method for record in records],
            now=self.now(),
            silent={record.id for record in records if record.purpose is KeyPurpose.METADATA},
        )
        return {**document, "alsoKnownAs": [f"urn:eidas:{self.issuer.eidas}"]} if self.issuer.eidas else document

    def jwks(self) -> dict[str, Any]:
        """Return the seal keys as a JWK set."""
        return jwk_set(self.settings)

    def issuer_profile(self) -> dict[str, Any]:
        """Return the issuer as every badge names it."""
        return {**issuer_profile(self.issuer, self.settings.issuer.did, "en")}

    def catalogue(self) -> tuple[CatalogueEntry, ...]:
        """Return every public catalogue page."""
        return self._offerings.entries()

    def catalogue_entry(self, code: str, version: str) -> CatalogueEntry | None:
        """Return one public catalogue page, or None."""
        return self._offerings.entry(code, version)

    def problems(self) -> list[str]:
        """Return one sentence for everything that keeps this home from working."""
        found = []
        checks = (self._check_keys, self._check_database, self._check_seal, pinned_contexts, self.offerings.by_version)
        for check in checks:
            try:
                check()
            except VcIssuerError as error:
                found.append(str(error))
        return found

    def key_problems(self) -> list[str]:
        """Open every key, and return what keeps one from signing; a token is asked, so not for every request."""
        try:
            with open_home_keys(self.settings.home, frozenset(KeyPurpose)) as keys:
                check_keys(self.profile(), keys)
        except VcIssuerError as error:
            return [str(error)]
        return []

    def _check_keys(self) -> None:
        self.profile()
        seal_chain(self.settings)
        for uri in self.settings.keys.uris:
            key_access(self.settings, uri)

    def _check_seal(self) -> None:
        """Check that what a level needs is there; the authority itself isn't asked."""
        level, trust = self.settings.seal.level, self.trust()
        if trust.time_anchors_at(self.now()):
            return
        remedy = "Name its certificate in trust.time_anchors."
        if level != SealLevel.B.value:
            raise ConfigurationError(f"level {level} needs an anchor for time-stamps.", remedy=remedy)
        if self.settings.seal.tsa:
            raise ConfigurationError("seal.tsa needs an anchor for its time-stamps.", remedy=remedy)

    def _check_database(self) -> None:
        with self.database.reading() as session:
            served_lists(session, [])


def open_home(path: Path) -> Home:
    """Open a home. Raises ConfigurationError that says what is missing."""
    settings = load_settings(path)
    issuer = replace(known_institution(settings.issuer.key), did=settings.issuer.did)
    vault = Vault(read_storage_key(settings), secrets.token_bytes)
    database = open_database(settings.database_url, vault=vault, random_bytes=secrets.token_bytes)
    return Home(settings, issuer, database)
