"""A drill: keys are stolen, a thief issues and dates back; through the public verifier, with and without the log."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuance.house import DID, LATER, NOON, UZB, authority, key_ring, new_house, record
from vc_issuer.issuance.log import evidence_of
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.store.issuance_log import newest_checkpoint
from vc_issuer.store.status import served_lists
from vc_issuer.transparency.stamp import TimeAuthorities
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.taken_back import LogFiles, LogsInTurn
from vc_issuer.verification.trust import TrustedIssuer, TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.logbook import StoredLog

CUT_OFF = LATER + timedelta(days=30)  # The batch is signed and logged at LATER.
NOW = CUT_OFF + timedelta(days=1)
NOBODY = TimeAuthorities(anchors_at=lambda _: (), clock=lambda: NOW)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("home"))
    return house, house.issued(house.published(record(1)))[0]


@pytest.fixture(scope="module")
def forged(tmp_path_factory):
    """What a thief issues with the same keys at the same claimed time: perfect, but for the log."""
    thief = new_house(tmp_path_factory.mktemp("thief"), seed=2)
    return thief.issued(thief.published(record(99)))[0]


def trust(home, *, log=None, **life):
    ring = key_ring()
    stolen = tuple(replace(key.method, **life) for key in (ring.of(KeyPurpose.CREDENTIAL), ring.of(KeyPurpose.SEAL)))
    issuer = TrustedIssuer(
        did=DID,
        name="UZB",
        methods=(*stolen, ring.of(KeyPurpose.STATUS).method),
        log_methods=(ring.of(KeyPurpose.METADATA).method,),
        legal_id=UZB.eidas,
        purposes={
            ring.of(KeyPurpose.CREDENTIAL).method.id: KeyPurpose.CREDENTIAL,
            ring.of(KeyPurpose.STATUS).method.id: KeyPurpose.STATUS,
        },
    )
    with home.database.reading() as session:
        lists = served_lists(session)
    return TrustStore(issuers=(issuer,), anchors=(authority(),), status_lists=lists, log=log)


def verdicts(trust_store, issued):
    verifier = Verifier(trust_store, directly)
    files = {"badge": issued.ob3["nl"].content, "seal": issued.elm.content}
    return {name: verifier.verify(content, name, NOW) for name, content in files.items()}


def stored(house):
    return StoredLog(house.database, did=DID)


def evidence(house, issued):
    with house.database.reading() as session:
        return evidence_of(session, issued.document.learner_id, [issued.elm_id, *issued.ob3_ids.values()])


def key_check(report):
    return next(check for check in report.checks if check.check is CheckId.KEY)


def test_before_the_theft_is_known_both_look_alike(home, forged):
    house, genuine = home
    for issued in (genuine, forged):
        for report in verdicts(trust(house, log=stored(house)), issued).values():
            assert report.verdict is Verdict.CURRENT


def test_a_forged_back_dated_credential_is_rejected_and_genuine_ones_stay_good(home, forged):
    house, genuine = home
    known = trust(house, log=stored(house), revoked=CUT_OFF)
    for report in verdicts(known, genuine).values():
        assert report.verdict is Verdict.CURRENT
    for report in verdicts(known, forged).values():
        assert report.verdict is Verdict.NOT_GENUINE
        assert key_check(report).outcome is Outcome.FAILED
        assert "log doesn't hold this signature" in key_check(report).message


def test_what_was_logged_after_the_cut_off_is_rejected(home):
    house, genuine = home
    early = trust(house, log=stored(house), revoked=NOON)
    for report in verdicts(early, genuine).values():
        assert report.verdict is Verdict.NOT_GENUINE


def test_somebody_else_verifies_with_the_holders_proof(home, forged):
    house, genuine = home
    proof = LogFiles([b"{}", evidence(house, genuine)], NOBODY)
    given = trust(house, log=LogsInTurn([proof]), revoked=CUT_OFF)
    for report in verdicts(given, genuine).values():
        assert report.verdict is Verdict.CURRENT
    for report in verdicts(given, forged).values():
        assert report.verdict is Verdict.UNKNOWN_ISSUER
        assert key_check(report).outcome is Outcome.INDETERMINATE


def test_the_proof_of_a_log_that_the_thief_made_up_counts_for_nothing(home, forged, tmp_path):
    house, _ = home
    thief = new_house(tmp_path, seed=3)
    other = thief.issued(thief.published(record(98)))[0]
    ring = key_ring("second")
    given = trust(house, log=LogFiles([evidence(thief, other)], NOBODY), revoked=CUT_OFF)
    issuer = replace(given.issuers[0], log_methods=(ring.of(KeyPurpose.METADATA).method,))
    for report in verdicts(replace(given, issuers=(issuer,)), other).values():
        assert report.verdict is Verdict.UNKNOWN_ISSUER
        assert "no key of the log" in key_check(report).message


def test_without_any_log_nobody_can_tell(home):
    house, genuine = home
    for report in verdicts(trust(house, revoked=CUT_OFF), genuine).values():
        assert report.verdict is Verdict.UNKNOWN_ISSUER
        assert "--log" in key_check(report).message


def test_a_key_that_retired_in_peace_needs_no_log(home):
    house, genuine = home
    for report in verdicts(trust(house, expires=CUT_OFF), genuine).values():
        assert report.verdict is Verdict.CURRENT


def test_a_status_list_under_a_key_that_was_taken_back_says_nothing(home):
    house, genuine = home
    known = trust(house)
    status = key_ring().of(KeyPurpose.STATUS).method
    methods = tuple(replace(m, revoked=CUT_OFF) if m.id == status.id else m for m in known.issuers[0].methods)
    lapsed = replace(known, issuers=(replace(known.issuers[0], methods=methods),))
    assert verdicts(lapsed, genuine)["badge"].verdict is Verdict.STATUS_UNKNOWN


def test_the_batch_closed_with_a_checkpoint(home):
    house, _ = home
    with house.database.reading() as session:
        assert newest_checkpoint(session).size == 9
