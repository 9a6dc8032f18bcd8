"""The public verifier with its clock moved on: what of a sealed credential is still good, and in whose words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pki import YEAR, DirectDesk, Pki
from scenario import NOW, make_world

from vc_issuer.issuance.evidence import Augmenter
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.securing.jades import seal_prepared
from vc_issuer.securing.jades_augment import open_seal
from vc_issuer.securing.jades_evidence import SealLevel, ValidationData

EIDAS = "VATBE-0000000196"


class Sealed:
    """One award's ELM under the test PKI, at any level, and a verifier that knows the issuer and both authorities."""

    def __init__(self):
        self.world = make_world()
        self.pki = Pki(start=NOW - timedelta(days=20))
        self.key = self.pki.new_seal(EIDAS)
        self.plain = seal_prepared(self.world.twin.elm_payload, self.key, self.pki.now).content
        self.augmenter = Augmenter(
            desk=DirectDesk(self.pki),
            anchors=self.pki.anchors_at,
            time_anchors=self.pki.time_anchors_at,
            clock=lambda: self.pki.now,
        )

    def at(self, level):
        return self.augmenter.raise_to(self.plain, level).content

    def verify(self, content, now, **changes):
        anchors = {"anchors": self.pki.anchors, "time_anchors": self.pki.time_anchors}
        return self.world.verify(content, now, **{**anchors, **changes})


@pytest.fixture
def sealed():
    return Sealed()


def check(report, wanted):
    return next(result for result in report.checks if result.check is wanted)


def test_today_every_level_with_its_data_is_current(sealed):
    for level in (SealLevel.LT, SealLevel.LTA):
        report = sealed.verify(sealed.at(level), NOW)
        assert report.verdict is Verdict.CURRENT, [(c.check.word, c.message) for c in report.checks]
        assert level.value in check(report, CheckId.PROOF).message
    for level in (SealLevel.B, SealLevel.T):
        report = sealed.verify(sealed.at(level), NOW)
        trust = check(report, CheckId.TRUST)
        assert (report.verdict, trust.outcome) == (Verdict.UNKNOWN_ISSUER, Outcome.INDETERMINATE)
        assert trust.clause.endswith("ETSI EN 319 102-1 TRY_LATER")


def test_four_years_later_the_archived_seal_is_current_and_the_plain_one_is_not_decided(sealed):
    later = NOW + 4 * YEAR
    assert sealed.verify(sealed.at(SealLevel.LTA), later).verdict is Verdict.CURRENT
    report = sealed.verify(sealed.plain, later)
    life = check(report, CheckId.KEY)
    assert (report.verdict, life.outcome) == (Verdict.UNKNOWN_ISSUER, Outcome.INDETERMINATE)
    assert "and no time-stamp that is believed here proves that the seal existed before" in life.message
    assert life.clause.endswith("OUT_OF_BOUNDS_NO_POE")
    assert check(report, CheckId.PROOF).outcome is Outcome.PASSED


def test_twenty_years_later_it_is_current_if_somebody_renewed_it_in_time(sealed):
    content = sealed.at(SealLevel.LTA)
    for _ in range(5):
        sealed.pki.now += 4 * YEAR
        sealed.pki.new_tsa()
        content = sealed.augmenter.renew(content).content
    report = sealed.verify(content, sealed.pki.now)
    assert report.verdict is Verdict.CURRENT, [(c.check.word, c.message) for c in report.checks]
    assert sealed.pki.now.year == 2046
    assert sealed.verify(sealed.plain, sealed.pki.now).verdict is Verdict.UNKNOWN_ISSUER


def test_without_an_anchor_for_time_stamps_the_same_seal_is_not_decided(sealed):
    report = sealed.verify(sealed.at(SealLevel.LTA), NOW + 4 * YEAR, time_anchors=())
    assert "no pinned anchor stands above the certificate of Test TSA" in check(report, CheckId.KEY).message
    assert report.verdict is Verdict.UNKNOWN_ISSUER


@pytest.mark.parametrize(
    ("moment", "outcome", "words"),
    [
        (timedelta(days=5), Outcome.PASSED, "after the seal was time-stamped"),
        (timedelta(days=-1), Outcome.INDETERMINATE, "before the seal was time-stamped"),
    ],
    ids=["after", "before"],
)
def test_a_revocation_that_the_seal_carries_counts_by_its_moment(sealed, moment, outcome, words):
    """Somebody else added the data after the revocation: the file tells against its own sealer, or doesn't."""
    stamped = sealed.at(SealLevel.T)
    sealed.pki.seal_key = sealed.key
    begun = sealed.pki.now
    sealed.pki.now = begun + timedelta(days=10)
    sealed.pki.revoke(sealed.pki.leaf, begun + moment)
    report = sealed.verify(told(sealed, stamped), NOW)
    trust = check(report, CheckId.TRUST)
    assert trust.outcome is outcome, trust.message
    assert words in trust.message
    assert outcome is Outcome.PASSED or trust.clause.endswith("REVOKED_NO_POE")


def told(sealed, content):
    pki, desk = sealed.pki, DirectDesk(sealed.pki)
    url = f"{pki.base}/ocsp"
    data = ValidationData(
        certificates=(pki.ca.der, pki.root.der, *(responder.der for _, responder in pki.responders.values())),
        responses=(
            desk.ask_ocsp(url, sealed.key.method.certificates[0], pki.ca.der),
            desk.ask_ocsp(url, pki.ca.der, pki.root.der),
        ),
    )
    return open_seal(content).with_validation_data(data).write()


def test_the_issuers_own_history_tells_of_a_key_that_it_pinned(sealed):
    """A home pins its seal key with its life: its plain seals need nobody else to say that it was not revoked."""
    world, key = sealed.world, sealed.key
    (issuer,) = world.trust.issuers
    end = sealed.pki.start + timedelta(days=10)
    for life, verdict in (
        ({}, Verdict.CURRENT),
        ({"expires": end}, Verdict.CURRENT),
        ({"revoked": sealed.pki.start}, Verdict.NOT_GENUINE),
    ):
        method = replace(key.method, **life)
        pinned = replace(issuer, methods=(*issuer.methods, method))
        report = sealed.verify(sealed.plain, NOW, issuers=(pinned,))
        assert report.verdict is verdict, [(c.check.word, c.message) for c in report.checks]
