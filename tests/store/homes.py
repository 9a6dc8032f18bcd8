"""Databases and rows for tests: valid by default, change one thing."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

from vc_issuer.model.credential import FormatName
from vc_issuer.model.offering import Component, Form, FormType, Offering, Run
from vc_issuer.model.parties import Address, Learner, Organisation
from vc_issuer.model.record import ComponentResult, DocumentKind, EnrolmentRoute, LearningRecord, ResultStatus
from vc_issuer.model.text import LocalizedText
from vc_issuer.store.audit import Deed
from vc_issuer.store.credentials import NewDocument, PreparedPart, insert_documents, seal_document
from vc_issuer.store.database import open_database
from vc_issuer.store.migrating import create_database
from vc_issuer.store.offerings import keep_offering, offering_key
from vc_issuer.store.people import add_account, data_key
from vc_issuer.store.status import reserve_slots
from vc_issuer.store.vault import Vault

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
BASE_URL = "https://credentials.zennebeek.example"
HOME_KEY = bytes(range(32))
ANN = Deed(actor="ann", at=NOON)
BOB = Deed(actor="bob", at=NOON)


def vault(seed=1):
    return Vault(HOME_KEY, random.Random(seed).randbytes)


def sqlite_in(folder):
    return f"sqlite:///{folder}/home.sqlite"


def new_database(folder, seed=1, *, url=None):
    random_bytes = random.Random(seed).randbytes
    database = create_database(url or sqlite_in(folder), vault=vault(seed), random_bytes=random_bytes)
    with database.writing() as session:
        for name in ("ann", "bob", "cas"):
            add_account(session, name, roles=("preparer", "approver"), deed=ANN)
        keep_offering(session, "MC03", "1", source=b"code = 'MC03'", deed=ANN)
    return database


def url_of(database):
    return database.engine.url.render_as_string(hide_password=False)


def reopened(database, seed=2):
    return open_database(url_of(database), vault=vault(seed), random_bytes=random.Random(seed).randbytes)


def learner(number=1, **changes):
    values = {
        "student_number": f"s{number:07d}",
        "full_name": f"Zoë Voorbeeld {number}",
        "given_name": "Zoë",
        "family_name": f"Voorbeeld {number}",
        "birth_date": date(1990, 5, 17),
    }
    return Learner(**{**values, **changes})


def organisation():
    return Organisation(
        key="uzb",
        legal_name=LocalizedText.of(nl="Universiteit Zennebeek", en="Zennebeek University"),
        abbreviation="UZB",
        address=Address(country="BE", locality="Zennebeek"),
        eidas="VATBE-0123456789",
    )


def run():
    return Run(
        key="2024-S2",
        academic_year="2024-2025",
        starts_on=date(2025, 2, 10),
        ends_on=date(2025, 5, 30),
        assessed_on=date(2025, 6, 12),
        awarded_on=date(2025, 6, 27),
        languages=("nl",),
    )


def offering(**changes):
    values = {
        "code": "MC03",
        "version": "1",
        "iri": f"{BASE_URL}/achievements/mc03-1",
        "profile": "BE-VLG-2024",
        "title": LocalizedText.of(nl="Recht en data", en="Law and data"),
        "awarding_bodies": (organisation(),),
        "form_type": FormType.T1,
        "components": (
            Component(code="OO1", title=LocalizedText.of(nl="Recht", en="Law"), form=Form.REGULAR, ects=Decimal(6)),
        ),
        "ects": Decimal(6),
        "runs": (run(),),
    }
    return Offering(**{**values, **changes})


def result(**changes):
    values = {
        "component": "OO1",
        "status": ResultStatus.PASSED,
        "mark": Decimal("14.5"),
        "route": EnrolmentRoute.CREDIT_CONTRACT,
        "assessed_on": date(2025, 6, 12),
    }
    return ComponentResult(**{**values, **changes})


def record(number=1, **changes):
    values = {
        "learner": learner(number),
        "offering": offering(),
        "run": run(),
        "results": (result(),),
        "language": "nl",
    }
    return LearningRecord(**{**values, **changes})


def new_document(session, stored, position, **changes):
    """A prepared document of a stored record, with one part, its slot reserved."""
    rng = random.Random(f"{stored.id}{position}")
    document_id = rng.randbytes(16).hex()
    slot = reserve_slots(session, stored.batch_id, 1, base_url=BASE_URL)[0]
    content = b'{"name":"' + stored.learner.full_name.encode() + b'"}'
    part = PreparedPart(
        credential_id=f"urn:uuid:{document_id}",
        document_id=document_id,
        format=FormatName.OB3,
        language="nl",
        content=content,
        sha256="0" * 64,
    )
    values = {
        "id": document_id,
        "record_id": stored.id,
        "learner_id": stored.learner_id,
        "offering_key": offering_key("MC03", "1"),
        "run": stored.run,
        "kind": DocumentKind.CERTIFICATE,
        "component": "",
        "number": f"UZB-2025-{rng.randrange(10**6):06d}",
        "code": rng.randbytes(13).hex().upper(),
        "core_id": "urn:uuid:0",
        "languages": ("nl", "en"),
        "issued": NOON,
        "slot": (slot.list_id, slot.slot.index),
        "replaces": None,
        "parts": (part,),
    }
    new = NewDocument(**{**values, **changes})
    sealed = seal_document(new, data_key(session, stored.learner_id))
    insert_documents(session, stored.batch_id, [sealed], first=position)
    return new
