"""Verdicts over a genuine award and everything that may be wrong with it."""

import copy
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from scenario import CREDENTIAL_KEY, DID, NOON, NOW, STATUS_KEY, SUITE, make_seal, make_world, status_lists, web_key

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InconclusiveError
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import add_proof
from vc_issuer.securing.jades import seal_prepared
from vc_issuer.securing.proof_terms import ProofOptions
from vc_issuer.verification.answer import exit_code, reports_as_json
from vc_issuer.verification.verify import Verifier


@pytest.fixture(scope="module")
def world():
    return make_world()


def outcome(report, check):
    return {result.outcome for result in report.checks if result.check is check}


@pytest.mark.parametrize("form", ["ob3", "elm"])
def test_genuine_is_current_and_every_check_passes(world, form):
    report = world.verify(getattr(world, form))
    assert report.verdict is Verdict.CURRENT, [(c.check.word, c.message) for c in report.checks]
    assert {check.outcome for check in report.checks} == {Outcome.PASSED}
    assert [check.check.number for check in report.checks] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert report.issuer.trusted
    assert report.summary.learner_name
    assert exit_code([report]) == 0


@pytest.mark.parametrize("form", ["ob3", "elm"])
@pytest.mark.parametrize(
    ("lists", "verdict"),
    [
        ({"revoked": True}, Verdict.REVOKED),
        ({"revoked": True, "state": True}, Verdict.SUPERSEDED),
        ({"state": True}, Verdict.SUSPENDED),
    ],
)
def test_status_bits_turn_the_verdict(world, form, lists, verdict):
    bits = {name: [world.index] for name in lists}
    report = world.verify(getattr(world, form), status_lists=status_lists(world.status_url, **bits))
    assert report.verdict is verdict
    assert outcome(report, CheckId.PROOF) == {Outcome.PASSED}
    assert outcome(report, CheckId.STATUS) == {Outcome.FAILED}
    assert exit_code([report]) == 1


def test_neighbouring_bits_say_nothing(world):
    lists = status_lists(world.status_url, revoked=[world.index - 1, world.index + 1])
    assert world.verify(world.ob3, status_lists=lists).verdict is Verdict.CURRENT


@pytest.mark.parametrize("form", ["ob3", "elm"])
def test_an_absent_list_leaves_the_status_unknown(world, form):
    report = world.verify(getattr(world, form), status_lists={})
    assert report.verdict is Verdict.STATUS_UNKNOWN
    assert exit_code([report]) == 3


@pytest.mark.parametrize(
    "key", [CREDENTIAL_KEY, web_key("stranger")], ids=["a key of another purpose", "a key of nobody"]
)
def test_a_list_signed_with_a_wrong_key_leaves_the_status_unknown(world, key):
    report = world.verify(world.ob3, status_lists=status_lists(world.status_url, key=key))
    assert report.verdict is Verdict.STATUS_UNKNOWN


def test_a_list_of_another_issuer_tampered_or_from_the_future_leaves_the_status_unknown(world):
    good = status_lists(world.status_url)
    foreign = json.loads(good[world.status_url]) | {"issuer": "did:web:other.example"}
    tampered = json.loads(good[world.status_url]) | {"validFrom": "2026-07-05T12:00:00Z"}
    future = status_lists(world.status_url, valid_from=NOW + timedelta(days=1))
    for lists in (
        {world.status_url: json.dumps(foreign).encode()},
        {world.status_url: json.dumps(tampered).encode()},
        future,
    ):
        assert world.verify(world.ob3, status_lists=lists).verdict is Verdict.STATUS_UNKNOWN


@pytest.mark.parametrize("form", ["ob3", "elm"])
def test_nobody_pinned_means_unknown_issuer_never_invalid(world, form):
    report = world.verify(getattr(world, form), issuers=(), anchors=())
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert not report.issuer.trusted
    assert exit_code([report]) == 3


def test_a_seal_of_an_unknown_authority_is_unknown(world):
    report = world.verify(world.elm, anchors=())
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert outcome(report, CheckId.PROOF) == {Outcome.PASSED}


def test_a_seal_with_another_legal_identifier_is_not_genuine(world):
    key, _ = make_seal(eidas="VATBE-0000000295")
    report = world.verify(seal_prepared(world.twin.elm_payload, key, NOON).content)
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.ISSUER_BINDING) == {Outcome.FAILED}


def test_before_its_time_it_is_not_yet_valid(world):
    assert world.verify(world.ob3, now=NOON - timedelta(days=1)).verdict is Verdict.NOT_YET_VALID


def test_another_issuers_key_does_not_bind(world):
    document = {**world.twin.ob3["en"], "issuer": {**world.twin.ob3["en"]["issuer"], "id": "did:web:mill.example"}}
    report = world.verify(SUITE.secure(document, CREDENTIAL_KEY, NOON).content)
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.ISSUER_BINDING) == {Outcome.FAILED}


def test_the_status_key_may_not_sign_credentials(world):
    report = world.verify(SUITE.secure(world.twin.ob3["en"], STATUS_KEY, NOON).content)
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.PROOF) == {Outcome.FAILED}


def test_a_proof_after_the_keys_end_is_not_genuine_and_one_before_stays_good(world):
    [issuer] = world.trust.issuers
    retired = replace(CREDENTIAL_KEY.method, expires=NOON + timedelta(hours=1))
    pinned = replace(issuer, methods=(retired, STATUS_KEY.method))
    later = SUITE.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON + timedelta(hours=2)).content
    assert world.verify(world.ob3, issuers=(pinned,)).verdict is Verdict.CURRENT
    report = world.verify(later, issuers=(pinned,))
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.KEY) == {Outcome.FAILED}


def leaves(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from leaves(value, (*path, position))
    else:
        yield path, node


def with_leaf(document, path, value):
    changed = copy.deepcopy(document)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        middle = len(value) // 2
        return value[:middle] + ("x" if value[middle : middle + 1] != "x" else "y") + value[middle + 1 :]
    return value + 1


def test_no_changed_leaf_of_a_badge_is_ever_current(world):
    document = json.loads(world.ob3)
    for path, value in leaves(document):
        report = world.verify(serialise_compact(with_leaf(document, path, other(value))))
        assert report.verdict is not Verdict.CURRENT, path
        if path[0] not in {"@context", "proof", "issuer", "type"}:
            assert report.verdict is Verdict.NOT_GENUINE, path


def test_no_changed_leaf_of_a_payload_is_ever_current(world):
    envelope = json.loads(world.elm)
    document = json.loads(envelope["payload"])
    for path, value in leaves(document):
        payload = serialise_compact(with_leaf(document, path, other(value))).decode()
        report = world.verify(json.dumps(envelope | {"payload": payload}).encode())
        assert report.verdict in {Verdict.NOT_GENUINE, Verdict.UNREADABLE}, path


@pytest.mark.parametrize("write", [serialise_compact, lambda envelope: json.dumps(envelope, indent=2).encode()])
def test_a_sealed_document_is_recognised_in_whatever_order_its_members_stand(world, write):
    envelope = dict(reversed(json.loads(world.elm).items()))
    assert next(iter(envelope)) == "signatures"
    assert world.verify(write(envelope)).verdict is Verdict.CURRENT
    flattened = {"payload": envelope["payload"], **envelope["signatures"][0]}
    assert world.verify(write(dict(reversed(flattened.items())))).verdict is Verdict.CURRENT


@pytest.mark.parametrize(
    "restructured",
    [
        lambda d: d | {"grade": "20/20"},
        lambda d: d | {"type": [*d["type"], "PhD"]},
        lambda d: d | {"evidence": [{"id": "https ://x", "type": ["Evidence"]}]},
        lambda d: d | {"@context": [*d["@context"], {"honours": None}], "honours": "summa"},
        lambda d: d | {"credentialSubject": {"id": "urn:x"}, "@included": [d["credentialSubject"] | {"id": "urn:x"}]},
        lambda d: d | {"credentialSubject": d["credentialSubject"] | {"@index": "summa cum laude"}},
        lambda d: d | {"name": {"@value": d["name"]}},
        lambda d: d | {"name": [d["name"]]},
        lambda d: d | {"name": [d["name"], d["name"]]},
        lambda d: d | {"issuer": d["issuer"]["id"]},
        lambda d: d | {"description": None},
        lambda d: (
            d
            | {
                "credentialSubject": d["credentialSubject"]
                | {"creditsEarned": str(d["credentialSubject"]["creditsEarned"])}
            }
        ),
        lambda d: {key: value for key, value in d.items() if key != "proof"},
    ],
)
def test_rearranged_badges_are_not_genuine(world, restructured):
    """Threat T28: an RDF signature covers a graph, not the JSON."""
    report = world.verify(serialise_compact(restructured(json.loads(world.ob3))))
    assert report.verdict is Verdict.NOT_GENUINE


@pytest.mark.parametrize(
    "content",
    [b"", b"   ", b"{", b"[]", b"{}", b"null", b"\xff\xfe\x00", b"%PDF-1.7 garbage", b"\x89PNG\r\n\x1a\n", b"<svg",
     b'{"a":1,"a":2}', b'{"payload":1}', b'{"payload":"{}","signatures":[]}', b"a.b.c", b"[" * 100_000,
     b'{"type":["OpenBadgeCredential"]' + b"}" * 3, b'{"x":' + b"9" * 5000 + b"}", b'{"x":NaN}'],
)  # fmt: skip
def test_what_is_no_credential_is_unreadable(world, content):
    report = world.verify(content)
    assert report.verdict is Verdict.UNREADABLE
    assert exit_code([report]) == 2


def test_duplicate_members_are_unreadable(world):
    content = world.ob3.replace(b'"name":', b'"name":"PhD","name":', 1)
    assert world.verify(content).verdict is Verdict.UNREADABLE


def test_exit_code_of_several_files_puts_no_before_unreadable_before_unsure(world):
    current, unreadable = world.verify(world.ob3), world.verify(b"")
    unsure = world.verify(world.ob3, status_lists={})
    gone = world.verify(b'{"type":["VerifiableCredential","OpenBadgeCredential"]}')
    assert exit_code([current, unsure]) == 3
    assert exit_code([current, unsure, unreadable]) == 2
    assert exit_code([gone, unsure, unreadable]) == 1


def test_report_reads_as_the_interface_says(world):
    [report] = reports_as_json([world.verify(world.ob3)])["reports"]
    assert report["verdict"] == "current"
    assert report["issuer"]["id"] == DID
    assert set(report["checks"][0]) == {"n", "id", "outcome", "clause", "message"}
    assert report["checked_at"] == "2026-11-24T12:00:00Z"


def with_second_proof(world, **changes):
    """Return the badge with two proofs of its issuer, the second of them changed."""
    both = add_proof(json.loads(world.ob3), cryptosuite("eddsa-jcs-2022"), CREDENTIAL_KEY, ProofOptions(created=NOON))
    both["proof"][1] |= changes
    return json.dumps(both).encode()


def test_a_set_of_two_good_proofs_is_current(world):
    report = world.verify(with_second_proof(world))
    assert report.verdict is Verdict.CURRENT
    [line] = [check.message for check in report.checks if check.check is CheckId.PROOF]
    assert line == "2 proof(s) hold: eddsa-rdfc-2022, eddsa-jcs-2022"


def test_one_bad_proof_of_a_known_suite_spoils_the_set(world):
    report = world.verify(with_second_proof(world, created="2026-07-06T12:00:01Z"))
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.PROOF) == {Outcome.FAILED}


@pytest.mark.parametrize("change", [{"cryptosuite": "bbs-2023"}, {"verificationMethod": "did:web:mill.example#key"}])
def test_a_second_proof_that_can_not_be_checked_neither_helps_nor_harms(world, change):
    report = world.verify(with_second_proof(world, **change))
    assert report.verdict is Verdict.CURRENT
    [line] = [check.message for check in report.checks if check.check is CheckId.PROOF]
    assert line == "1 proof(s) hold: eddsa-rdfc-2022; 1 more could not be checked"


def test_only_proofs_that_can_not_be_checked_leave_the_issuer_unknown(world):
    document = json.loads(world.ob3)
    document["proof"][0]["cryptosuite"] = "bbs-2023"
    assert world.verify(json.dumps(document).encode()).verdict is Verdict.UNKNOWN_ISSUER


def test_a_proof_that_has_run_out_is_expired_not_forged(world):
    options = ProofOptions(created=NOON, expires=NOON + timedelta(days=1))
    document = add_proof(world.twin.ob3["en"], cryptosuite("eddsa-rdfc-2022"), CREDENTIAL_KEY, options)
    content = json.dumps(document).encode()
    assert world.verify(content, now=NOON + timedelta(hours=1)).verdict is Verdict.CURRENT
    assert world.verify(content, now=NOON + timedelta(days=2)).verdict is Verdict.EXPIRED


def test_what_could_not_be_looked_at_is_neither_valid_nor_invalid(world):
    def busy(*_):
        raise InconclusiveError("this machine was too busy to look at it in time")

    report = Verifier(world.trust, busy).verify(b"%PDF-1.7", "file", NOW)
    assert (report.verdict, exit_code([report])) == (Verdict.STATUS_UNKNOWN, 3)
    assert outcome(report, CheckId.READ) == {Outcome.INDETERMINATE}
