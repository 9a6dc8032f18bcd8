"""Every fixture of 1EdTech's validator through the verifier: pinned, unpinned, and over a recorded network."""

import json

import pytest
from oneedtech import DOCUMENTS, FIXTURES, LIST_URL, PLAIN_LIST, PLAIN_LIST_URL, pinned
from recorded import NOW, Network

from reference import DATA, needs_data
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier

pytestmark = needs_data
FOLDER = DATA / "ob3/oracle/1edtech"


def read(name):
    return (FOLDER / name).read_bytes()


def outcomes(report, check):
    return {result.outcome for result in report.checks if result.check is check}


def explained(report):
    return [(check.check.word, check.outcome.value, check.message) for check in report.checks]


@pytest.fixture(scope="module")
def knowing():
    lists = {
        LIST_URL: read("ob30/bit-string-list/testlist"),
        PLAIN_LIST_URL: json.dumps(PLAIN_LIST).encode(),
    }
    return Verifier(TrustStore(issuers=pinned(), status_lists=lists), directly)


@pytest.fixture(scope="module")
def ignorant():
    return Verifier(TrustStore(), directly)


def test_every_fixture_has_its_line():
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".txt"}
    assert files == set(FIXTURES)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_gets_its_verdict_and_the_check_that_names_its_fault(name, knowing):
    due = FIXTURES[name]
    report = knowing.verify(read(name), name, NOW)
    assert report.verdict is due.wanted, explained(report)
    if due.failing:
        assert Outcome.FAILED in outcomes(report, due.failing), explained(report)
    if due.unsure:
        assert outcomes(report, due.unsure) == {Outcome.INDETERMINATE}, explained(report)
    if due.wanted is Verdict.CURRENT:
        assert {check.outcome for check in report.checks} == {Outcome.PASSED}, explained(report)


@pytest.mark.parametrize("name", FIXTURES)
def test_nobody_pinned_never_makes_a_fixture_current_nor_a_good_proof_bad(name, ignorant):
    due = FIXTURES[name]
    report = ignorant.verify(read(name), name, NOW)
    if due.wanted in {Verdict.CURRENT, Verdict.STATUS_UNKNOWN, Verdict.REVOKED}:
        assert report.verdict is Verdict.UNKNOWN_ISSUER
        # The key stands in its own name: the proof is checked, and whose key it is stays open.
        assert outcomes(report, CheckId.PROOF) == {Outcome.PASSED}, explained(report)
        open_question = CheckId.ISSUER_BINDING if "jwt" in name else CheckId.KEY
        assert outcomes(report, open_question) == {Outcome.INDETERMINATE}
        assert outcomes(report, CheckId.TRUST) == {Outcome.INDETERMINATE}
    else:
        assert report.verdict is due.wanted, explained(report)


def test_over_the_network_the_issuers_own_document_confirms_the_key_and_trust_stays_open():
    network = Network(DOCUMENTS)
    verifier = Verifier(TrustStore(look_ups=network.look_ups("example.com")), directly)
    report = verifier.verify(read("ob30/simple.json"), "simple.json", NOW)
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert outcomes(report, CheckId.KEY) == {Outcome.PASSED}
    assert outcomes(report, CheckId.TRUST) == {Outcome.INDETERMINATE}
    assert network.asked == ["https://example.com/issuers/876543"]


def test_over_the_network_a_list_is_fetched_from_the_address_in_the_entry():
    network = Network({**DOCUMENTS, LIST_URL: read("ob30/bit-string-list/testlist")})
    hosts = ("1edtech.edu", "raw.githubusercontent.com")
    verifier = Verifier(TrustStore(look_ups=network.look_ups(*hosts)), directly)
    report = verifier.verify(read("ob30/bit-string-list/credential-status-revoked.json"), "revoked", NOW)
    assert LIST_URL in network.asked
    [status] = [check for check in report.checks if check.check is CheckId.STATUS]
    assert "another one than the one asked for" in status.message
