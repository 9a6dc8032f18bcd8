"""C8: twenty certificates, what happens to each, and what a verifier answers; C9: nothing to issue."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest

from issuance.house import BASE_URL, DID, LATER, PREPARER, UZB, House, key_ring, new_house, profile, tools
from reference import ROOT
from vc_issuer.errors import RuleError
from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.issuance.lifecycle import open_supersession
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import CredentialStatus
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.rules import evaluate
from vc_issuer.store.batches import get_batch
from vc_issuer.store.documents import find_document, successors_of
from vc_issuer.store.offerings import keep_offering
from vc_issuer.store.status import served_lists
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustedIssuer, TrustStore
from vc_issuer.verification.verify import Verifier

COHORTS = ROOT / "examples" / "cohorts"
STATUS = {"revoke": CredentialStatus.REVOKED, "suspend": CredentialStatus.SUSPENDED}


def offerings():
    for name in ("mc05", "mc33", "mc37"):
        path = ROOT / "examples" / "offerings" / f"{name}.toml"
        yield path, read_offering(path.read_bytes(), filename=path.name, base_url=BASE_URL, institutions=institutions())


@pytest.fixture
def house(tmp_path):
    opened = new_house(tmp_path)
    found = dict(offerings())
    with opened.database.writing() as session:
        for path, offering in found.items():
            keep_offering(session, offering.code, offering.version, source=path.read_bytes(), deed=PREPARER)
    # The house of the tests issues what the examples let a university of applied sciences award.
    issuer = replace(UZB, key="hls")
    moved = [replace(offering, awarding_bodies=(issuer,)) for offering in found.values()]
    yield House(
        opened.database,
        opened.folder,
        profile=profile(issuer=issuer),
        tools=tools(*moved, evaluate=evaluate),
    )
    opened.database.close()


def records(name, house):
    path = COHORTS / name
    known = {(o.code, o.version): o for _, o in offerings()}
    reading = read_cohort(path.read_bytes(), path.name, known)
    return [
        replace(record, offering=house.tools.offering_of(record.offering.code, record.offering.version))
        for record in reading.records
    ]


def verdicts(house, issued, now):
    ring = key_ring()
    issuer = TrustedIssuer(
        did=DID,
        name="HLS",
        methods=(ring.of(KeyPurpose.CREDENTIAL).method, ring.of(KeyPurpose.STATUS).method),
        legal_id=UZB.eidas,
        purposes={
            ring.of(KeyPurpose.CREDENTIAL).method.id: KeyPurpose.CREDENTIAL,
            ring.of(KeyPurpose.STATUS).method.id: KeyPurpose.STATUS,
        },
    )
    with house.database.reading() as session:
        lists = dict(served_lists(session))
    verifier = Verifier(TrustStore(issuers=(issuer,), status_lists=lists), directly)
    return [verifier.verify(each.ob3["nl"].content, "file", now).verdict.value for each in issued]


def test_each_certificate_of_c8_ends_as_expected(house):
    said = json.loads((COHORTS / "c8" / "expected.json").read_text(encoding="utf-8"))
    rows = records("c8/c8.csv", house)
    batch_id = house.published(*rows)
    issued = house.issued(batch_id)
    assert len(issued) == len(said["records"]) == 20
    assert set(verdicts(house, issued, LATER)) == {"current"}

    replaced = []
    for each, record in zip(issued, said["records"], strict=True):
        assert each.document.offering_key.startswith(record["offering"])
        if record["command"] == "supersede":
            replaced.append(each.number)
        elif record["command"]:
            house.change(STATUS[record["command"]], each.number, reason=record["reason"])
    draft = open_supersession(house.database, replaced, reason="appeal", deed=replace(PREPARER, at=LATER))
    house.approve(draft, house.prepare(draft).digest)
    house.sign(draft)
    house.publish(draft)

    moment = datetime.fromisoformat(said["at"])
    assert verdicts(house, issued, moment) == [record["verdict_at"] for record in said["records"]]
    assert verdicts(house, house.issued(draft), moment) == ["current"] * 2
    counted = Counter(each.document.status.value for each in house.issued(batch_id))
    assert counted == {"current": 14, "revoked": 3, "superseded": 2, "suspended": 1}
    with house.database.reading() as session:
        old = [find_document(session, number) for number in replaced]
        successors = successors_of(session, [each.id for each in old])
    assert {each.number for each in successors.values()} == {each.number for each in house.issued(draft)}


def test_a_cohort_that_failed_stays_a_draft(house):
    batch_id = house.draft(*records("c9/c9.csv", house))
    with pytest.raises(RuleError, match="gives no documents"):
        house.prepare(batch_id)
    with house.database.reading() as session:
        assert get_batch(session, batch_id).state is BatchState.DRAFT
