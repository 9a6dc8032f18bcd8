"""Every seal of others at hand, by name, through the verifier, the command and the page: one answer, for its reason.

The expected verdicts are those of the reference data's README (what the assertions of DSS's own tests say). Their
anchors are unknown here, so a seal that DSS calls valid is intact and its issuer unknown.
"""

import json
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from reference import DATA, needs_data
from vc_issuer.cli.main import command_line
from vc_issuer.config import Mode
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.securing.jades import seal_facts
from vc_issuer.verification.answer import report_as_json
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.web.app import create_app
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home
from vc_issuer.x509.read import load_certificate

pytestmark = needs_data
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VECTORS = DATA / "elm" / "dss-jades"
SAMPLES = sorted((DATA / "elm" / "samples").rglob("*.jsonld"))
CRYPTO, HASH, FORMAT = "SIG_CRYPTO_FAILURE", "HASH_FAILURE", "FORMAT_FAILURE"
# DSS's verdict → outcome of the proof, what its sentence says, and the norm's word for a failure.
EXPECTED = {
    "altered-jws.json": ("failed", "the signature does not match", CRYPTO),
    "flattened-extra-element.json": ("passed", "B-B", ""),
    "jades-b-iat-and-sigt.json": ("failed", "exactly one of the headers iat and sigT", FORMAT),
    "jades-b-no-signing-time.json": ("failed", "exactly one of the headers iat and sigT", FORMAT),
    "jades-detached-by-uri-encoded-pars.json": ("indeterminate", "stands elsewhere", ""),
    "jades-double-sig-different-etsiU.json": ("passed", "B-LT, B-LTA", ""),
    "jades-flattened-BpT-broken-sigTst.json": ("failed", "sigTst doesn't hold: it is over something else", HASH),
    "jades-level-b-sig-policy-invalid-digest-algo.json": ("failed", "unknown hash", FORMAT),
    "jades-lta-copied-arctst.json": ("failed", "arcTst doesn't hold: it is over something else", HASH),
    "jades-lta.json": ("passed", "B-LTA", ""),
    "jades-t-copied-sigtst.json": ("failed", "sigTst doesn't hold: it is over something else", HASH),
    "jades-t-level-with-etsiu-in-crit.json": ("passed", "B-T", ""),
    "jades-two-sigs-copied-tst.json": ("failed", "sigTst doesn't hold: it is over something else", HASH),
    "jades-with-asn1policy-digPSp.json": ("indeterminate", "policy that is not at hand", ""),
    "jades-with-attached-counter-signature-replace-attack.json": ("failed", "over another signature", FORMAT),
    "jades-with-broken-attached-counter-signature.json": ("failed", "counter signature", FORMAT),
    "jades-with-certified.json": ("passed", "B-B", ""),
    "jades-with-crit-string-type.json": ("failed", "not a list of names", FORMAT),
    "jades-with-crit-with-wrong-entry-type.json": ("failed", "not a list of names", FORMAT),
    "jades-with-double-sigt.json": ("failed", "'sigT' stands twice", FORMAT),
    "jades-with-expiration-time-header-in-crit.json": ("passed", "B-B", ""),
    "jades-with-extra-crit-entry.json": ("failed", "sigPl is absent", FORMAT),
    "jades-with-mixed-etsiU-type.json": ("failed", "not all in one form", FORMAT),
    "jades-with-notBefore-header-in-crit.json": ("failed", "'nbf' is not understood", FORMAT),
    "jades-with-sigAndRefsTst-with-dot.json": ("passed", "B-T", ""),
    "jades-with-spUserNotice.json": ("indeterminate", "policy that is not at hand", ""),
    "jades-without-non-critical-header-in-crit.json": ("passed", "B-B", ""),
    "jades-wrong-x5c-header.json": ("failed", "x5c is not a list of certificates", FORMAT),
    "simple-detached.json": ("indeterminate", "stands elsewhere", ""),
}
UNREADABLE = {
    "malformed-jades-serialization.json": "not well-formed JSON",
    "serialization-wrong-payload-type.json": "payload is not a text",
}
VERDICTS = {"passed": Verdict.UNKNOWN_ISSUER, "failed": Verdict.NOT_GENUINE, "indeterminate": Verdict.UNKNOWN_ISSUER}


def verify(path):
    return Verifier(TrustStore(), directly).verify(path.read_bytes(), path.name, NOW)


def check(report, wanted):
    return next(result for result in report.checks if result.check is wanted)


def test_no_vector_is_left_out():
    at_hand = {path.name for path in VECTORS.glob("*.json")} - {"sample.json"}
    assert at_hand == set(EXPECTED) | set(UNREADABLE)
    assert len(at_hand) == 31
    assert len(SAMPLES) == 5


@pytest.mark.parametrize("name", EXPECTED)
def test_a_vector_has_the_verdict_of_dss(name):
    outcome, words, indication = EXPECTED[name]
    report = verify(VECTORS / name)
    proof = check(report, CheckId.PROOF)
    assert proof.outcome.value == outcome, proof.message
    assert words in proof.message
    assert indication in proof.clause
    assert report.verdict is VERDICTS[outcome]
    assert report.format == "sealed"


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_vector_that_is_no_seal_is_unreadable(name):
    report = verify(VECTORS / name)
    assert report.verdict is Verdict.UNREADABLE
    assert UNREADABLE[name] in check(report, CheckId.READ).message


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_seal_of_the_eu_is_intact_and_its_anchor_unknown(path):
    report = verify(path)
    outcomes = {word: check(report, word).outcome for word in (CheckId.PROOF, CheckId.ISSUER_BINDING, CheckId.TRUST)}
    assert outcomes == {
        CheckId.PROOF: Outcome.PASSED,
        CheckId.ISSUER_BINDING: Outcome.PASSED,
        CheckId.TRUST: Outcome.INDETERMINATE,
    }
    trust = check(report, CheckId.TRUST)
    assert "no pinned anchor stands above the certificate of TEST SEAL" in trust.message
    assert trust.clause.endswith("ETSI EN 319 102-1 NO_CERTIFICATE_CHAIN_FOUND")
    life = check(report, CheckId.KEY)
    assert "expired on 2025-05-10, and no time-stamp that is believed here" in life.message
    assert life.clause.endswith("OUT_OF_BOUNDS_NO_POE")
    assert report.verdict is Verdict.UNKNOWN_ISSUER


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("Sample-CertOfPart-signed.jsonld", 2023),
        *((path.name, 2026) for path in SAMPLES if "AA-" not in path.name and "2023" not in path.parent.name),
    ],
)
def test_a_seal_of_the_eu_is_trusted_once_its_authorities_are_pinned(name, year):
    """Real OCSP answers, real time-stamps: the 2023 authority's certificate ended that year, the others' live."""
    path = next(path for path in SAMPLES if path.name == name and ("2023" in path.parent.name) is (year == 2023))
    facts = seal_facts(path.read_bytes())
    pool = [*facts.data.certificates, *(der for stamp in facts.time_stamps for der in stamp.certificates)]
    trust = TrustStore(
        anchors=(issuer_among(pool, facts.certificates[0]),),
        time_anchors=tuple(issuer_among(pool, stamp.certificates[0]) for stamp in facts.time_stamps),
    )
    report = Verifier(trust, directly).verify(path.read_bytes(), path.name, NOW.replace(year=year, month=11))
    assert check(report, CheckId.KEY).message.startswith("a time-stamp proves the seal since 20")
    message = check(report, CheckId.TRUST).message
    assert check(report, CheckId.TRUST).outcome is Outcome.PASSED, message
    assert (
        "the seal of ORGANIZACION TEST leads to a pinned anchor; not revoked, as its authority told by OCSP" in message
    )
    assert (report.issuer.name, report.issuer.trusted) == ("ORGANIZACION TEST", True)
    later = Verifier(trust, directly).verify(path.read_bytes(), path.name, NOW.replace(year=2060))
    assert check(later, CheckId.KEY).clause.endswith("OUT_OF_BOUNDS_NO_POE")


def issuer_among(pool, der):
    wanted = load_certificate(der).issuer
    return next(each for each in pool if load_certificate(each).subject == wanted and each != der)


@pytest.mark.parametrize("part", ["payload", "protected", "signature"])
def test_a_changed_sample_is_not_genuine(part):
    envelope = json.loads(SAMPLES[0].read_text())
    if part == "payload":
        envelope["payload"] = envelope["payload"].replace("TEST", "TOST", 1)
    else:
        entry = envelope["signatures"][0]
        entry[part] = entry[part][:50] + ("A" if entry[part][50] != "A" else "B") + entry[part][51:]
    report = Verifier(TrustStore(), directly).verify(json.dumps(envelope).encode(), "changed", NOW)
    assert check(report, CheckId.PROOF).outcome is Outcome.FAILED
    assert report.verdict is Verdict.NOT_GENUINE


def test_the_command_and_the_page_say_the_same(tmp_path):
    """Every vector and sample, in one call of each: the same verdicts, outcomes and sentences."""
    files = [*sorted(VECTORS.glob("*.json")), *SAMPLES]
    path = tmp_path / "home"
    new = NewHome(path=path, issuer=known_institution("uzb"), host="credentials.uzb.example", mode=Mode.TEST)
    make_home(new, now=utc_now())
    done = CliRunner().invoke(
        command_line(["verify"]),
        ["--home", str(path), "verify", "--json", "--at", "2026-11-24T12:00:00Z", *map(str, files)],
    )
    assert done.exit_code == 1, done.output
    typed = [_plain(report) for report in json.loads(done.output)["reports"]]
    home = open_home(path)
    client = TestClient(create_app(home), base_url="https://credentials.uzb.example")
    sent = [("files", (file.name, file.read_bytes(), "application/json")) for file in files]
    answered = [_plain(report) for report in client.post("/verify", files=sent).json()["reports"]]
    home.close()
    direct = [_plain(report_as_json(verify(file))) for file in files]
    assert typed == answered == direct


def _plain(report):
    return (
        report["format"],
        report["verdict"],
        [(check["id"], check["outcome"], check["message"], check["clause"]) for check in report["checks"]],
    )
