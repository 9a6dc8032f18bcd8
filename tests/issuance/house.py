"""A whole issuing office for tests: database, keys, profile, catalogue, tools; valid by default."""

import hashlib
import random
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from builders_keys import signer_from_secret
from issuance.fakes import evaluate
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.issuance.approve import approve_batch
from vc_issuer.issuance.issue import SigningBench, sign_batch
from vc_issuer.issuance.lifecycle import StatusChange, change_statuses
from vc_issuer.issuance.prepare import PrepareTools, prepare_batch
from vc_issuer.issuance.profile import IssuingProfile, KeyRing, ProofPlan, fingerprint_of_seal
from vc_issuer.issuance.publish import issued_of_batch, publish_batch
from vc_issuer.issuance.review import review_batch
from vc_issuer.issuance.slices import BuildingTools
from vc_issuer.model.credential import CredentialStatus
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.model.offering import (
    Assessment,
    AssessmentType,
    Component,
    Form,
    FormType,
    GradingScheme,
    LearningOutcome,
    Level,
    Mode,
    Offering,
    QualityLabel,
    QualityScope,
    Run,
    Supervision,
)
from vc_issuer.model.parties import Address, Learner, Organisation
from vc_issuer.model.record import ComponentResult, DocumentKind, EnrolmentRoute, LearningRecord, ResultStatus
from vc_issuer.model.text import LocalizedText
from vc_issuer.rendering.picture import draw_picture
from vc_issuer.rendering.typefaces import undrawable
from vc_issuer.store.audit import Deed
from vc_issuer.store.batches import create_batch
from vc_issuer.store.database import Database, open_database
from vc_issuer.store.migrating import create_database
from vc_issuer.store.offerings import keep_offering
from vc_issuer.store.people import add_account
from vc_issuer.store.records import keep_records
from vc_issuer.store.vault import Vault
from vc_issuer.x509 import SealSubject, Validity, issue_seal_certificate, make_demo_ca

T = LocalizedText.of
NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
BASE_URL = "https://credentials.uzb.example"
DID = "did:web:credentials.uzb.example"
PREPARER = Deed(actor="preparer", at=NOON)
APPROVER = Deed(actor="approver", at=NOON)

UZB = Organisation(
    key="uzb",
    legal_name=T(nl="Universiteit Zennebeek (demo)", en="University of Zennebeek (demo)"),
    abbreviation="UZB",
    address=Address(country="BE", locality="Brussel", region="BEL_RG_BRU", full="Demolaan 1, 1000 Brussel"),
    eidas="VATBE-0000000196",
    did=DID,
    homepage="https://www.uzb.example/",
    contact="credentials@example.org",
)
SCALE = GradingScheme(
    key="be-20",
    title=T(nl="Schaal 0-20", en="Scale 0-20"),
    description=T(nl="Geslaagd vanaf 10.", en="Pass from 10."),
    minimum=Decimal(0),
    maximum=Decimal(20),
    pass_mark=Decimal(10),
)
RUN = Run(
    key="2024-S2",
    academic_year="2024-2025",
    starts_on=date(2025, 2, 10),
    ends_on=date(2025, 5, 30),
    assessed_on=date(2025, 6, 12),
    awarded_on=date(2025, 6, 27),
    languages=("nl",),
)
EXAM = Assessment(
    type=AssessmentType.WRITTEN_EXAM,
    title=T(nl="Schriftelijk examen", en="Written examination"),
    supervision=Supervision.SUPERVISED_WITH_ID,
)


def unit(code, ects):
    return Component(
        code=code,
        title=T(nl=f"Recht en data {code}", en=f"Law and data {code}"),
        form=Form.REGULAR,
        ects=Decimal(ects),
        outcomes=(LearningOutcome(number=1, title=T(nl="Past regels toe.", en="Applies rules.")),),
        assessments=(EXAM,),
        grading=SCALE,
        hours=ects * 28,
        programme=T(nl="Master in de rechten", en="Master of laws"),
    )


def offering(**changes):
    units = (unit("005313", 3), unit("005314", 3))
    values = {
        "code": "MC03",
        "version": "1",
        "iri": f"{BASE_URL}/offerings/mc03/1",
        "profile": "BE-VLG-2024",
        "title": T(nl="Recht en data", en="Law and data"),
        "awarding_bodies": (UZB,),
        "form_type": FormType.T1,
        "components": units,
        "ects": Decimal(6),
        "description": T(nl="Over regels voor gegevens.", en="On rules for data."),
        "outcomes": (LearningOutcome(number=1, title=T(nl="Past regels toe.", en="Applies rules.")),),
        "assessments": (EXAM,),
        "hours": 168,
        "level": Level(eqf=7, framework="VKS", national="7", cycle="second"),
        "mode": Mode.BLENDED,
        "quality": (
            QualityLabel(
                name=T(nl="Instellingsreview", en="Institutional review"),
                scope=QualityScope.EXTERNAL,
                agency="Example Quality Assurance Agency",
                agency_country="NL",
                decision_url="https://qa-agency.example/decisions/1",
                decided_on=date(2022, 1, 10),
                valid_until=date(2028, 1, 9),
            ),
        ),
        "isced": "0421",
        "runs": (RUN,),
    }
    return Offering(**{**values, **changes})


def learner(number=1, **changes):
    values = {
        "student_number": f"s{number:07d}",
        "full_name": f"Zoë Voorbeeld-{number}",
        "given_name": "Zoë",
        "family_name": f"Voorbeeld-{number}",
        "birth_date": date(1990, 5, 17),
    }
    return Learner(**{**values, **changes})


def result(component="005313", **changes):
    values = {
        "component": component,
        "status": ResultStatus.PASSED,
        "mark": Decimal(14),
        "route": EnrolmentRoute.CREDIT_CONTRACT,
        "assessed_on": date(2025, 6, 12),
    }
    return ComponentResult(**{**values, **changes})


def record(number=1, **changes):
    values = {
        "learner": learner(number),
        "offering": offering(),
        "run": RUN,
        "results": (result("005313"), result("005314")),
        "language": "nl",
    }
    return LearningRecord(**{**values, **changes})


def _secret(name):
    return hashlib.sha256(name.encode()).digest()


def _key(name, algorithm, purpose, certificates=()):
    signer = signer_from_secret(algorithm, _secret(name))
    method = VerificationMethod(
        id=f"{DID}#{encode_multikey(signer.public_key)}",
        controller=DID,
        public_key=signer.public_key,
        certificates=certificates,
    )
    return SigningKey(method=method, signer=signer, purpose=purpose)


@cache
def authority():
    years = Validity(not_before=NOON - timedelta(days=30), not_after=NOON + timedelta(days=3650))
    signer = signer_from_secret(KeyAlgorithm.P256, _secret("ca"))
    return make_demo_ca("Demo CA", signer, country="BE", serial=1, validity=years)


@cache
def key_ring(name="first"):
    years = Validity(not_before=NOON - timedelta(days=30), not_after=NOON + timedelta(days=1000))
    subject = SealSubject(
        organisation="UZB (demo)", eidas_identifier=UZB.eidas, country="BE", common_name="Seal of UZB (demo)"
    )
    seal = signer_from_secret(KeyAlgorithm.P256, _secret(f"{name} seal"))
    ca_signer = signer_from_secret(KeyAlgorithm.P256, _secret("ca"))
    leaf = issue_seal_certificate(
        authority(), ca_signer, public_key=seal.public_key, subject=subject, serial=2, validity=years
    )
    keys = (
        _key(f"{name} credential", KeyAlgorithm.ED25519, KeyPurpose.CREDENTIAL),
        _key(f"{name} status", KeyAlgorithm.ED25519, KeyPurpose.STATUS),
        _key(f"{name} seal", KeyAlgorithm.P256, KeyPurpose.SEAL, (leaf,)),
        _key(f"{name} metadata", KeyAlgorithm.ED25519, KeyPurpose.METADATA),
    )
    return KeyRing(keys={key.purpose: key for key in keys})


@contextmanager
def open_keys(purposes, name="first"):
    yield KeyRing(keys={purpose: key_ring(name).of(purpose) for purpose in purposes})


def profile(**changes):
    keys = key_ring()
    suite = "eddsa-rdfc-2022"
    values = {
        "issuer": UZB,
        "did": DID,
        "base_url": BASE_URL,
        "number_prefix": "UZB",
        "ob3": ProofPlan(mechanism=suite, key_id=keys.of(KeyPurpose.CREDENTIAL).method.id, options={}),
        "elm": ProofPlan(mechanism="jades", key_id=keys.of(KeyPurpose.SEAL).method.id, options={"time_header": "iat"}),
        "status": ProofPlan(mechanism=suite, key_id=keys.of(KeyPurpose.STATUS).method.id, options={}),
        "metadata_key_id": keys.of(KeyPurpose.METADATA).method.id,
        "seal_certificate_sha256": fingerprint_of_seal(keys.of(KeyPurpose.SEAL)),
        "birth_date": {DocumentKind.CERTIFICATE: False, DocumentKind.CREDIT_CERTIFICATE: True},
        "chunk_documents": 4,
    }
    return IssuingProfile(**{**values, **changes})


@cache
def picture(title, ects, language):
    return draw_picture(title, issuer="UZB", ects=ects, language=language)


def picture_of(due, language):
    return picture(due.specification.title.best(language), due.specification.ects, language)


def building(**changes):
    return BuildingTools(**{"picture": picture_of, "undrawable": undrawable, **changes})


def tools(*offerings, **changes):
    known = {(each.code, each.version): each for each in (offerings or (offering(),))}

    def offering_of(code, version):
        if (code, version) not in known:
            raise NotFoundError("no such offering")
        return known[code, version]

    values = {
        "offering_of": offering_of,
        "evaluate": evaluate,
        "rule_version": lambda _: "1",
        "building": building(),
    }
    return PrepareTools(**{**values, **changes})


def vault(seed):
    return Vault(bytes(range(32)), random.Random(seed).randbytes)


@dataclass
class House:
    database: Database
    folder: str
    profile: IssuingProfile = field(default_factory=profile)
    tools: PrepareTools = field(default_factory=tools)

    def bench(self, **changes):
        values = {"engine": InProcess(), "open_keys": open_keys, "clock": lambda: LATER}
        return SigningBench(**{**values, **changes})

    def draft(self, *rows, deed=PREPARER):
        with self.database.writing() as session:
            batch = create_batch(session, "July", deed=deed)
            keep_records(session, batch.id, rows or (record(),), deed=deed)
        return batch.id

    def prepare(self, batch_id, **changes):
        values = {"profile": self.profile, "tools": self.tools, "deed": PREPARER}
        return prepare_batch(self.database, batch_id, **{**values, **changes})

    def review(self, batch_id, **changes):
        values = {"offering_of": self.tools.offering_of, "deed": APPROVER}
        return review_batch(self.database, batch_id, **{**values, **changes})

    def approve(self, batch_id, digest, *, seen=None, **changes):
        if seen is None:
            try:
                seen = self.review(batch_id, deed=changes.get("deed", APPROVER)).token
            except RuleError:
                seen = ""  # The approval will say why, in its own words.
        values = {"digest": digest, "seen": seen, "profile": self.profile, "deed": APPROVER}
        return approve_batch(self.database, batch_id, **{**values, **changes})

    def approved(self, *rows):
        batch_id = self.draft(*rows)
        self.approve(batch_id, self.prepare(batch_id).digest)
        return batch_id

    def sign(self, batch_id, **bench):
        return sign_batch(
            self.database, batch_id, profile=self.profile, bench=self.bench(**bench), actor=APPROVER.actor
        )

    def publish(self, batch_id):
        deed = replace(APPROVER, at=LATER)
        return publish_batch(
            self.database, batch_id, profile=self.profile, key=key_ring().of(KeyPurpose.STATUS), deed=deed
        )

    def published(self, *rows):
        batch_id = self.approved(*rows)
        self.sign(batch_id)
        self.publish(batch_id)
        return batch_id

    def change(self, status, *names, reason="decision withdrawn"):
        change = StatusChange(status=status, reason=reason, deed=replace(PREPARER, at=LATER))
        return change_statuses(self.database, names, change, profile=self.profile, key=key_ring().of(KeyPurpose.STATUS))

    def revoke(self, *names):
        return self.change(CredentialStatus.REVOKED, *names)

    def issued(self, batch_id):
        return list(issued_of_batch(self.database, batch_id, base_url=BASE_URL))


def new_house(folder, seed=1, *, url=None):
    database = create_database(
        url or f"sqlite:///{folder}/home.sqlite", vault=vault(seed), random_bytes=random.Random(seed).randbytes
    )
    with database.writing() as session:
        for name in ("preparer", "approver"):
            add_account(session, name, roles=(name,), deed=PREPARER)
        add_account(session, "both", roles=("preparer", "approver"), deed=PREPARER)
        keep_offering(session, "MC03", "1", source=b"code = 'MC03'", deed=PREPARER)
    return House(database, str(folder))


def reopened(folder, seed):
    database = open_database(
        f"sqlite:///{folder}/home.sqlite", vault=vault(seed), random_bytes=random.Random(seed).randbytes
    )
    return House(database, str(folder))
