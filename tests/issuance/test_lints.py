"""Each lint on the document that fails exactly it, and on the one that we issue, which fails none."""

import copy
import json
from dataclasses import replace

import pytest

from issuance.house import DID, NOON, new_house, profile, record
from reference import ROOT
from vc_issuer.errors import InvalidError
from vc_issuer.issuance.lints import LintSubject, Stage, find_flaws, lints
from vc_issuer.issuance.lints.edc import MAX_UPLOAD
from vc_issuer.issuance.profile import ProofPlan
from vc_issuer.issuance.rehearsal import Rehearsal
from vc_issuer.model.credential import FormatName
from vc_issuer.model.record import Severity
from vc_issuer.store.credentials import prepared_parts

ALL = tuple(Stage)
UNSECURED = (Stage.SHAPE, Stage.VALUE)
AGENCY = "did:web:qa-agency.example"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A credit certificate as prepared: the English badge and the ELM credential, each with a rehearsed copy."""
    house = new_house(tmp_path_factory.mktemp("house"))
    batch_id = house.draft(record(1))
    house.prepare(batch_id)
    with house.database.reading() as session:
        parts = prepared_parts(session, batch_id, first=2, last=2)
    house.database.close()
    rehearsal = Rehearsal(profile(), secret=bytes(range(32)), created=NOON)
    return {name: (part, rehearsal.copy_of(part, "")) for name, part in (("edc", parts[0]), ("ob3", parts[-1]))}


def flaws_of(prepared, name, change=None, *, secured=None, stages=ALL):
    part, rehearsed = prepared[name]
    document = json.loads(part.content)
    content = part.content
    if change:
        changed = change(document)
        document = document if changed is None else changed
        content = json.dumps(document, ensure_ascii=False).encode()
    copied = rehearsed.content
    if secured:
        copied = secured(copied)
    elif change:
        copied = b""
    subject = LintSubject(
        document=document, content=content, released=NOON, secured=copied, verify=rehearsed.verify if copied else None
    )
    form = FormatName.ELM if name == "edc" else FormatName.OB3
    return [flaw.lint.id for flaw in find_flaws(subject, form, stages)]


def at(*path, to):
    """Put a value at a path; `...` as the value removes the member."""

    def change(document):
        node = document
        for step in path[:-1]:
            node = node[step]
        if to is ...:
            del node[path[-1]]
        else:
            node[path[-1]] = copy.deepcopy(to)

    return change


SUBJECT = ("credentialSubject",)
ACHIEVEMENT = (*SUBJECT, "achievement")
STATUS = ("credentialStatus",)


def without(*path, names):
    """Remove several members of the object at a path."""

    def change(document):
        node = document
        for step in path:
            node = node[step]
        for name in names:
            del node[name]

    return change


def endorsement(**changes):
    values = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        ],
        "id": "urn:uuid:0d4f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Decision",
        "issuer": {"id": AGENCY, "type": ["Profile"], "name": "Agency"},
        "validFrom": "2025-01-01T00:00:00Z",
        "credentialSubject": {"id": DID, "type": ["EndorsementSubject"]},
        "proof": [{"type": "DataIntegrityProof"}],
        **changes,
    }
    return {name: value for name, value in values.items() if value is not ...}


def endorsed(**changes):
    return at("issuer", "endorsement", to=[endorsement(**changes)])


BADGES = {
    "ob3.context-credentials": at("@context", 0, to="https://www.w3.org/2018/credentials/v1"),
    "ob3.context-badges": at("@context", 1, to="https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"),
    "ob3.context-extensions": lambda d: d.update({"@context": d["@context"][:2]}),
    "ob3.context-extra": lambda d: d["@context"].append("https://example.org/own/context.json"),
    "ob3.type-verifiable": at("type", to=["OpenBadgeCredential"]),
    "ob3.type-badge": at("type", to=["VerifiableCredential"]),
    "ob3.inline-schema": at("credentialSchema", 0, "id", to="https://example.org/schema.json"),
    "ob3.subject-type": at(*SUBJECT, "type", to=["Profile"]),
    "ob3.subject-nobody": at(*SUBJECT, "identifier", to=...),
    "ob3.identity-type": at(*SUBJECT, "identifier", 0, "type", to="Identity"),
    "ob3.result-type": at(*SUBJECT, "result", 0, "type", to=["Outcome"]),
    "ob3.achievement": at(*ACHIEVEMENT, to="https://example.org/achievement"),
    "ob3.result-description-type": at(*ACHIEVEMENT, "resultDescription", 0, "type", to=["Description"]),
    "ob3.criteria": at(*ACHIEVEMENT, "criteria", "narrative", to=""),
    "ob3.source-type": at(*SUBJECT, "source", to={"id": "https://example.org/", "type": ["Organisation"]}),
    "ob3.evidence-type": at("evidence", to=[{"id": "https://example.org/work", "type": ["Work"]}]),
    "ob3.issuer-object": at("issuer", to=DID),
    "ob3.issuer-type": at("issuer", "type", to=["Organisation"]),
    "ob3.issuer-identifier-type": at("issuer", "otherIdentifier", 0, "type", to="Identifier"),
    "ob3.issuer-parent-type": at("issuer", "parentOrg", to={"id": "https://example.org/", "type": ["Organisation"]}),
    "ob3.issuer-url": at("issuer", "url", to="http://www.uzb.example/"),
    "ob3.extension-names": at(*ACHIEVEMENT, "alignment", 0, "targetType", to="an ext:EQF"),
    "ob3.result-link": at(*SUBJECT, "result", 0, "resultDescription", to="https://example.org/#other"),
    "ob3.credits-earned": at(*SUBJECT, "creditsEarned", to=4),
    "ob3.same-id": at(*ACHIEVEMENT, "creator", "name", to="Somebody else"),
    "ob3.language-map": at(*ACHIEVEMENT, "description", to={"en": "On rules.", "nl": "Over regels."}),
    "ob3.image-object": at(*ACHIEVEMENT, "image", to="https://example.org/badge.png"),
    "ob3.empty-values": at(*ACHIEVEMENT, "tag", to=[]),
    "ob3.legacy-dates": at("issuanceDate", to="2025-07-01T12:00:00Z"),
    "ob3.disputed-terms": at("jti", to="urn:uuid:0d4f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21"),
    "ob3.refresh": at("refreshService", to={"id": "https://example.org/again", "type": "1EdTechCredentialRefresh"}),
    "ob3.status-single": lambda d: d.update(credentialStatus=[d["credentialStatus"]]),
    "ob3.status-type": at(*STATUS, "type", to="1EdTechRevocationList"),
    "ob3.status-purpose": at(*STATUS, "statusPurpose", to=["revocation", "suspension"]),
    "ob3.status-list": at(*STATUS, "statusListCredential", to="http://credentials.uzb.example/status/1"),
    "ob3.status-index": at(*STATUS, "statusListIndex", to=17),
    "ob3.expiry-format": at("validUntil", to="2030-01-01"),
    "ob3.expired": at("validUntil", to="2025-07-01T12:00:00Z"),
    "ob3.not-yet-valid": at("validFrom", to="2025-07-01T12:00:01Z"),
    "ob3.endorsement-type": endorsed(type=["EndorsementCredential"]),
    "ob3.endorsement-context": endorsed(**{"@context": ["https://www.w3.org/ns/credentials/v2"]}),
    "ob3.endorsement-subject": endorsed(credentialSubject={"id": DID, "type": ["Subject"]}),
    "ob3.endorsement-proof": endorsed(proof=...),
    "ob3.endorsement-expired": endorsed(validUntil="2025-06-30T00:00:00Z"),
    "ob3.endorsement-target": endorsed(
        credentialSubject={"id": "https://example.org/other", "type": ["EndorsementSubject"]}
    ),
    "ob3.terms": at(*ACHIEVEMENT, "quality", to="excellent"),
    "ob3.schema": at(*SUBJECT, "creditsEarned", to="3"),
}


def in_proof(**changes):
    def change(content):
        document = json.loads(content)
        proof = {**document["proof"][0], **changes}
        document["proof"] = [{name: value for name, value in proof.items() if value is not ...}]
        return json.dumps(document).encode()

    return change


PROOFS = {
    "ob3.proof-purpose": in_proof(proofPurpose=...),
    "ob3.proof-key": in_proof(verificationMethod=f"{DID}#key-1"),
    "ob3.proof-controller": in_proof(
        verificationMethod=f"{AGENCY}#z6MkpC2a8R9Y5bWVo2yp7bXDJRHrJ17ppdn7LoW1ydkVYRPo",
    ),
    "ob3.proof-ends": in_proof(expires="2030-01-01T00:00:00Z"),
    "ob3.proof-value": in_proof(created="2025-07-01T12:00:01Z"),
}
CLAIM = ("credentialSubject", "hasClaim")
CREDENTIALS = {
    "edc.type": at("type", to=["VerifiableCredential"]),
    "edc.context": lambda d: d["@context"].reverse(),
    "edc.status-object": at("credentialStatus", to={"id": "urn:uuid:1", "type": "BitstringStatusListEntry"}),
    "edc.inner-proof": at("proof", to=[{"type": "DataIntegrityProof"}]),
    "edc.profile": at("credentialSchema", 0, "id", to="http://data.europa.eu/snb/model/ap/edc-accredited"),
    "edc.status-page": at(*CLAIM, "supplementaryDocument", to=...),
    "edc.owner": lambda d: (
        [d["credentialSubject"].pop(name) for name in ("fullName", "givenName", "familyName")][:0] or None
    ),
    "edc.expired": lambda d: d.update(validUntil="2025-06-01T00:00:00Z", expirationDate="2025-07-02T00:00:00Z"),
    "edc.issued": at("issuanceDate", to="2025-07-01T12:00:01Z"),
    "edc.wallet-id": at("id", to="urn:uuid:0d4f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21"),
    "edc.birth-date": at("credentialSubject", "dateOfBirth", to="1990-05-16T22:00:00Z"),
    "edc.durations": at(*CLAIM, "specifiedBy", "volumeOfLearning", to="P60M"),
    "edc.size": at(*CLAIM, "title", "en", to="x" * (MAX_UPLOAD + 1)),
    "edc.shapes": at(*CLAIM, "title", to=...),
}


def envelope_reordered(content):
    envelope = json.loads(content)
    return json.dumps({"signatures": envelope["signatures"], "payload": envelope["payload"]}).encode()


def envelope_altered(content):
    envelope = json.loads(content)
    return json.dumps(
        {"payload": envelope["payload"].replace("005313", "005399"), "signatures": envelope["signatures"]},
        separators=(",", ":"),
    ).encode()


def accredited(**changes):
    """Claim the Accredited profile with an accreditation that fits, but for what is changed."""
    organisation = {
        "id": "urn:epass:org:9",
        "type": "Organisation",
        "eIDASIdentifier": {
            "id": "urn:epass:legalIdentifier:9",
            "type": "LegalIdentifier",
            "notation": "VATBE-0000000196",
        },
    }
    values = {
        "id": "http://data.europa.eu/snb/data/accreditation/1",
        "type": "Accreditation",
        "dateIssued": "2022-01-10T00:00:00Z",
        "expiryDate": "2028-01-09T00:00:00Z",
        "organisation": [organisation],
        "limitEQFLevel": [{"id": "http://data.europa.eu/snb/eqf/7", "type": "Concept"}],
        "limitField": [{"id": "http://data.europa.eu/snb/isced-f/04", "type": "Concept"}],
        "limitJurisdiction": [{"id": "http://publications.europa.eu/resource/authority/atu/BEL", "type": "Concept"}],
        **changes,
    }

    def change(document):
        document["credentialProfiles"][0]["id"] = "http://data.europa.eu/snb/credential/6cf8e68c43"
        document["credentialSchema"][0]["id"] = "http://data.europa.eu/snb/model/ap/edc-accredited"
        document["evidence"] = [{"id": "urn:epass:evidence:1", "type": "Evidence", "accreditation": values}]

    return change


def without_evidence(document):
    accredited()(document)
    del document["evidence"][0]["accreditation"]


ACCREDITATIONS = {
    "edc.accreditation-evidence": without_evidence,
    "edc.accreditation-period": accredited(expiryDate="2025-06-30T00:00:00Z"),
    "edc.accreditation-organisation": accredited(organisation=[]),
    "edc.accreditation-qualification": accredited(
        limitQualification=[{"id": "urn:epass:qualification:99", "type": "Qualification"}]
    ),
    "edc.accreditation-level": accredited(limitEQFLevel=[{"id": "http://data.europa.eu/snb/eqf/6", "type": "Concept"}]),
    "edc.accreditation-field": accredited(
        limitField=[{"id": "http://data.europa.eu/snb/isced-f/09", "type": "Concept"}]
    ),
    "edc.accreditation-jurisdiction": accredited(
        limitJurisdiction=[{"id": "http://publications.europa.eu/resource/authority/atu/DEU", "type": "Concept"}]
    ),
}


@pytest.mark.parametrize("name", ["ob3", "edc"])
def test_what_we_issue_fails_no_lint(prepared, name):
    assert flaws_of(prepared, name) == []


@pytest.mark.parametrize("lint", BADGES)
def test_a_badge_that_fails_exactly_this_lint(prepared, lint):
    assert set(flaws_of(prepared, "ob3", BADGES[lint])) == {lint}


@pytest.mark.parametrize("lint", PROOFS)
def test_a_signed_badge_that_fails_exactly_this_lint(prepared, lint):
    assert set(flaws_of(prepared, "ob3", secured=PROOFS[lint])) == {lint}


@pytest.mark.parametrize("lint", CREDENTIALS)
def test_a_credential_that_fails_exactly_this_lint(prepared, lint):
    assert set(flaws_of(prepared, "edc", CREDENTIALS[lint])) == {lint}


def test_an_endorsement_that_fits_fails_none_before_the_schema(prepared):
    assert flaws_of(prepared, "ob3", endorsed(), stages=UNSECURED) == []


def test_an_accreditation_that_fits_fails_none(prepared):
    assert flaws_of(prepared, "edc", accredited(), stages=UNSECURED) == []


@pytest.mark.parametrize("lint", ACCREDITATIONS)
def test_an_accreditation_that_fails_exactly_this_lint(prepared, lint):
    assert flaws_of(prepared, "edc", ACCREDITATIONS[lint], stages=UNSECURED) == [lint]


@pytest.mark.parametrize(
    ("lint", "change"), [("edc.seal-member", envelope_reordered), ("edc.seal-value", envelope_altered)]
)
def test_a_seal_that_fails_exactly_this_lint(prepared, lint, change):
    found = set(flaws_of(prepared, "edc", secured=change))
    assert lint in found
    assert found <= {lint, "edc.seal-identifier"}


def test_the_seal_of_another_body_fails_exactly_its_lint(prepared):
    part, rehearsed = prepared["edc"]
    document = json.loads(part.content)
    document["issuer"]["eIDASIdentifier"]["notation"] = "VATBE-0000000295"
    subject = LintSubject(
        document=document, content=part.content, released=NOON, secured=rehearsed.content, verify=rehearsed.verify
    )
    found = find_flaws(subject, FormatName.ELM, (Stage.PROOF, Stage.HOLDS))
    assert [flaw.lint.id for flaw in found] == ["edc.seal-identifier"]


@pytest.mark.parametrize("name", ["ob3", "edc"])
def test_bytes_that_name_a_member_twice_fail_exactly_the_reading(prepared, name):
    part, _ = prepared[name]
    content = part.content.replace(b'{"@context"', b'{"id":"urn:uuid:1","@context"', 1)
    subject = LintSubject(document=json.loads(part.content), content=content, released=NOON)
    form = FormatName.ELM if name == "edc" else FormatName.OB3
    wanted = "edc.readable" if name == "edc" else "ob3.parse"
    assert [flaw.lint.id for flaw in find_flaws(subject, form, ALL)] == [wanted]


def test_a_badge_signed_with_another_suite_fails_exactly_its_lint(prepared):
    part, _ = prepared["ob3"]
    plan = ProofPlan(mechanism="eddsa-jcs-2022", key_id=profile().ob3.key_id, options={})
    rehearsed = Rehearsal(profile(ob3=plan), secret=bytes(range(32)), created=NOON).copy_of(part)
    document = json.loads(part.content)
    subject = LintSubject(
        document=document, content=part.content, released=NOON, secured=rehearsed.content, verify=rehearsed.verify
    )
    assert [flaw.lint.id for flaw in find_flaws(subject, FormatName.OB3, ALL)] == ["ob3.proof-first"]


def test_every_lint_has_its_document():
    tried = {*BADGES, *PROOFS, *CREDENTIALS, *ACCREDITATIONS, "ob3.proof-first"}
    tried |= {"edc.seal-member", "edc.seal-value", "edc.seal-identifier", "ob3.parse", "edc.readable"}
    assert tried == {lint.id for lint in lints()}


def test_every_lint_says_whose_check_it_is_in_both_languages():
    for lint in lints():
        assert lint.citation
        assert lint.message.languages == ("nl", "en")
        assert lint.severity in {Severity.ERROR, Severity.WARNING}
        assert lint.message.get("nl") != lint.message.get("en")


def test_an_error_keeps_the_record_back_and_a_warning_is_shown(tmp_path):
    house = new_house(tmp_path)
    issuer = replace(profile().issuer, homepage="http://www.uzb.example/")
    report = house.prepare(house.draft(record(1)), profile=profile(issuer=issuer))
    assert report.outcomes == {"due": 1}
    assert report.warnings == {"ob3.issuer-url": 6}
    house.database.close()


def test_the_rehearsal_refuses_what_its_key_did_not_sign(prepared):
    part, rehearsed = prepared["ob3"]
    with pytest.raises(InvalidError):
        rehearsed.verify(rehearsed.content.replace(b"005313", b"005399"))
    assert json.loads(part.content)["id"] in rehearsed.content.decode()


def test_the_page_of_lints_says_what_the_table_says():
    page = (ROOT / "docs" / "lints.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{lint.id}` | {lint.severity.value} | {lint.stage.value} | {lint.citation} | {lint.message.best('en')} |"
        for lint in lints()
    ], "run scripts/write_lints.py"
