"""Seals climb from B to LTA and are renewed; then years pass, certificates end, and each kind of trouble has its word."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509 import ReasonFlags
from pki import YEAR, Authority, DirectDesk, Pki
from seal_builder import DOCUMENT, NOON, decoded, encoded

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InconclusiveError, InvalidError, RuleError
from vc_issuer.issuance.evidence import Augmenter
from vc_issuer.securing.jades import payload_octets, seal_facts, seal_prepared
from vc_issuer.securing.jades_augment import open_seal
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.securing.jades_trust import (
    check_seal_chain,
    check_seal_life,
    check_seal_revocation,
    judge_seal,
)

B, T, LT, LTA = SealLevel
PAYLOAD = serialise_compact(DOCUMENT)


def augmenter(pki, **changes):
    made = Augmenter(
        desk=DirectDesk(pki), anchors=pki.anchors_at, time_anchors=pki.time_anchors_at, clock=lambda: pki.now
    )
    return replace(made, **changes)


def sealed(pki, **header):
    return seal_prepared(PAYLOAD, pki.seal_key, pki.now, **header).content


def raised(pki, level, **header):
    return augmenter(pki).raise_to(sealed(pki, **header), level).content


def judge(pki, content, *, at=None, anchors=None):
    """Run every check of trust over a seal, and return its sentences."""
    judgement = judge_seal(seal_facts(content), pki.time_anchors_at, at or pki.now)
    life = check_seal_life(judgement)
    chain = check_seal_chain(judgement, pki.anchors if anchors is None else anchors)
    return life, check_seal_revocation(judgement, chain)


def life(pki, content):
    """Run the check of the certificate's life alone."""
    return check_seal_life(judge_seal(seal_facts(content), pki.time_anchors_at, pki.now))


@pytest.fixture(scope="module")
def ladder():
    """Return one PKI and a seal of it at each level."""
    pki = Pki()
    content = {B: sealed(pki)}
    for level in (T, LT, LTA):
        content[level] = augmenter(pki).raise_to(content[B], level).content
    return pki, content


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
@pytest.mark.parametrize("time_header", ["iat", "sigT"])
@pytest.mark.parametrize("level", [T, LT, LTA])
def test_every_key_and_time_header_reaches_every_level(kind, time_header, level):
    pki = Pki(kind=kind)
    content = raised(pki, level, time_header=time_header)
    facts = seal_facts(content)
    assert (facts.level, facts.time_header) == (level, time_header)
    assert payload_octets(content) == PAYLOAD
    assert "proves the seal since" in life(pki, content)
    if level is not T:
        assert "not revoked" in judge(pki, content, at=NOON + timedelta(days=1))[1]


def test_a_higher_level_adds_to_the_seal_and_changes_nothing(ladder):
    _, content = ladder
    for lower, higher in ((B, T), (T, LT), (LT, LTA)):
        before, after = open_seal(content[lower]), open_seal(content[higher])
        assert (after.payload, after.protected, after.signature) == (before.payload, before.protected, before.signature)
    names = [next(iter(json.loads(decoded(entry)))) for entry in open_seal(content[LTA]).entries]
    assert names == ["sigTst", "xVals", "rVals", "arcTst"]


def test_a_level_that_is_reached_is_left_alone(ladder):
    pki, content = ladder
    asked = len(pki.asked)
    assert augmenter(pki).raise_to(content[LTA], T).content == content[LTA]
    assert len(pki.asked) == asked


def test_long_term_data_hold_both_chains_and_an_answer_for_each_link(ladder):
    pki, content = ladder
    facts = seal_facts(content[LT])
    names = {x509.load_der_x509_certificate(der).subject.rfc4514_string() for der in facts.embedded_certificates}
    assert {"CN=Seal Root", "CN=Time Root", "CN=OCSP Responder"} <= names
    assert len(facts.ocsp_responses) == 3, "the seal's certificate, its authority's, the time-stamp authority's"
    assert judge(pki, content[LT])[1].count("not revoked, as its authority told by OCSP") == 1


def test_lists_take_the_place_of_a_responder_that_is_away():
    pki = Pki(ocsp_works=False)
    facts = seal_facts(raised(pki, LTA))
    assert (len(facts.ocsp_responses), len(facts.revocation_lists)) == (0, 3)
    assert "told by CRL" in judge(pki, raised(pki, LTA))[1]


def test_no_answer_at_all_stops_at_the_level_below():
    pki = Pki(ocsp_works=False, crl_works=False)
    with pytest.raises(InconclusiveError, match="nobody tells whether the certificate of Test seal was revoked"):
        raised(pki, LT)
    assert seal_facts(raised(pki, T)).level is T


def test_a_certificate_that_names_nobody_stays_at_t():
    pki = Pki()
    pki.base = ""
    pki.seal_key = pki.new_seal()
    with pytest.raises(RuleError, match="names nobody who tells"):
        raised(pki, LT)


def test_a_revoked_certificate_is_not_raised_further():
    pki = Pki()
    pki.revoke(pki.leaf, NOON - timedelta(hours=1))
    with pytest.raises(InvalidError, match="certificate of Test seal was revoked on 2025-07-04"):
        raised(pki, LT)


def test_an_answer_of_a_stranger_or_of_yesterday_is_not_taken():
    pki, stranger = Pki(crl_works=False), Pki(crl_works=False)
    pki.responders[pki.ca.certificate.subject] = (pki.ca, stranger.ca)
    with pytest.raises(InconclusiveError, match="not its authority's, or is too old"):
        raised(pki, LT)
    stale = Pki(crl_works=False, ocsp_life=None)
    desk = DirectDesk(stale)
    stale.now = NOON - timedelta(days=1)
    answer = desk.ask_ocsp(f"{stale.base}/ocsp", stale.seal_key.method.certificates[0], stale.ca.der)
    stale.now = NOON
    desk.ask_ocsp = lambda *_: answer
    with pytest.raises(InconclusiveError, match="too old"):
        augmenter(stale, desk=desk).raise_to(sealed(stale), LT)


def test_a_time_stamp_authority_that_is_not_pinned_raises_nothing():
    pki = Pki()
    with pytest.raises(
        InconclusiveError, match=r"no pinned anchor stands above the certificate of Test TSA.*time_anchors"
    ):
        augmenter(pki, time_anchors=lambda _: ()).raise_to(sealed(pki), T)


@pytest.mark.parametrize("content", ["two", "clear", "encoded"])
def test_a_seal_of_another_form_is_not_added_to(ladder, content):
    _, levels = ladder
    envelope = json.loads(levels[T])
    entry = envelope["signatures"][0]
    if content == "two":
        envelope["signatures"] = [entry, entry]
    elif content == "clear":
        entry["header"]["etsiU"] = [json.loads(decoded(entry["header"]["etsiU"][0]))]
    else:
        entry["protected"] = encoded({"alg": "ES256"})
    with pytest.raises(InvalidError, match="can be added to"):
        open_seal(json.dumps(envelope).encode())


# Years later


def test_a_plain_seal_ends_with_its_certificate(ladder):
    pki, content = ladder
    assert "alive until 2028-06-03" in life(pki, content[B])
    with pytest.raises(InconclusiveError, match="expired on 2028-06-03, and no time-stamp") as caught:
        judge(pki, content[B], at=NOON + 4 * YEAR)
    assert caught.value.indication == "OUT_OF_BOUNDS_NO_POE"


def test_a_time_stamped_seal_outlives_its_certificate_as_long_as_the_stamp_lives(ladder):
    pki, content = ladder
    assert "proves the seal since 2025-07-04 12:00" in judge(pki, content[LT], at=NOON + 4 * YEAR)[0]
    with pytest.raises(InconclusiveError, match="certificate of Test TSA expired on 2030-07-03"):
        judge(pki, content[LT], at=NOON + 6 * YEAR)


def test_an_archived_seal_stays_good_for_decades_if_it_is_renewed():
    pki = Pki()
    content = raised(pki, LTA)
    renewals = 0
    for _ in range(6):
        pki.now += 4 * YEAR
        pki.new_tsa()
        made = augmenter(pki).renew(content)
        content, renewals = made.content, renewals + 1
        assert made.until == pki.now + 5 * YEAR
        assert payload_octets(content) == PAYLOAD
    assert pki.now.year == 2049
    assert len(seal_facts(content).time_stamps) == 2 + renewals
    assert "proves the seal since 2025-07-04 12:00 UTC" in judge(pki, content)[0]
    with pytest.raises(InconclusiveError, match="Test TSA expired"):
        judge(pki, content, at=pki.now + 6 * YEAR)


def test_a_renewal_comes_too_late_once_the_stamp_has_ended():
    pki = Pki()
    content = raised(pki, LTA)
    pki.now += 6 * YEAR
    pki.new_tsa()
    with pytest.raises(InvalidError, match="Test TSA expired on 2030-07-03"):
        augmenter(pki).renew(content)


def test_only_an_archived_seal_is_renewed(ladder):
    pki, content = ladder
    with pytest.raises(RuleError, match="level B-LT can't be renewed"):
        augmenter(pki).renew(content[LT])


def test_without_its_archive_stamp_a_renewed_seal_falls_back():
    pki = Pki()
    content = raised(pki, LTA)
    pki.now += 4 * YEAR
    pki.new_tsa()
    renewed = json.loads(augmenter(pki).renew(content).content)
    header = renewed["signatures"][0]["header"]
    assert judge(pki, json.dumps(renewed).encode(), at=NOON + 7 * YEAR)
    header["etsiU"] = header["etsiU"][:-1]
    with pytest.raises(InconclusiveError, match="Test TSA expired") as caught:
        judge(pki, json.dumps(renewed).encode(), at=NOON + 7 * YEAR)
    assert caught.value.indication == "OUT_OF_BOUNDS_NO_POE"


# Revoked


def test_revoked_after_the_time_stamp_the_seal_stays_good():
    pki = Pki()
    content = raised(pki, T)
    pki.now += timedelta(days=10)
    pki.revoke(pki.leaf, NOON + timedelta(days=5))
    facts = seal_facts(content)
    told = augmenter(pki)
    data = told.desk.ask_ocsp(f"{pki.base}/ocsp", pki.seal_key.method.certificates[0], pki.ca.der)
    later = replace(facts, ocsp_responses=(data, *authority_answers(pki)), embedded_certificates=responders(pki))
    judgement = judge_seal(later, pki.time_anchors_at, pki.now)
    sentence = check_seal_revocation(judgement, check_seal_chain(judgement, pki.anchors))
    assert "revoked on 2025-07-09, after the seal was time-stamped" in sentence


@pytest.mark.parametrize(
    ("level", "words"), [(T, "before the seal was time-stamped"), (B, "nothing proves that the seal is older")]
)
def test_revoked_before_the_time_stamp_or_without_one_is_not_decided(level, words):
    pki = Pki()
    content = raised(pki, level)
    pki.revoke(pki.leaf, NOON - timedelta(days=1))
    data = DirectDesk(pki).ask_ocsp(f"{pki.base}/ocsp", pki.seal_key.method.certificates[0], pki.ca.der)
    facts = replace(seal_facts(content), ocsp_responses=(data,))
    judgement = judge_seal(facts, pki.time_anchors_at, pki.now)
    with pytest.raises(InconclusiveError, match=words) as caught:
        check_seal_revocation(judgement, check_seal_chain(judgement, pki.anchors))
    assert caught.value.indication == "REVOKED_NO_POE"


def authority_answers(pki):
    return (DirectDesk(pki).ask_ocsp(f"{pki.base}/ocsp", pki.ca.der, pki.root.der),)


def responders(pki):
    return tuple(responder.der for _, responder in pki.responders.values())


def test_a_certificate_whose_revocation_nobody_tells_is_not_decided(ladder):
    pki, content = ladder
    with pytest.raises(InconclusiveError, match="not told by anything that the seal carries") as caught:
        judge(pki, content[T])
    assert caught.value.indication == "TRY_LATER"


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        (ReasonFlags.key_compromise, False),
        (None, False),
        (ReasonFlags.superseded, True),
        (ReasonFlags.cessation_of_operation, True),
    ],
)
def test_time_stamps_of_a_revoked_authority_count_if_it_only_ended(reason, counts):
    pki = Pki()
    content = raised(pki, LTA)
    made = x509.load_der_x509_certificate(pki.tsa.certificate)
    pki.now += timedelta(days=30)
    pki.revoke(made, NOON + timedelta(days=20), reason)
    answer = DirectDesk(pki).ask_ocsp(f"{pki.base}/ocsp", pki.tsa.certificate, pki.time_root.der)
    facts = seal_facts(content)
    judgement = judge_seal(replace(facts, ocsp_responses=(*facts.ocsp_responses, answer)), pki.time_anchors_at, pki.now)
    assert judgement.is_proven is counts
    assert counts or "certificate was revoked on 2025-07-24" in judgement.existence.doubts[0]


def test_a_revoked_authority_is_no_trouble_once_a_newer_stamp_covers_its_own():
    pki = Pki()
    content = raised(pki, LTA)
    old = pki.tsa.certificate
    pki.now += timedelta(days=10)
    pki.new_tsa()
    renewed = augmenter(pki).renew(content).content
    pki.now += timedelta(days=20)
    pki.revoke(x509.load_der_x509_certificate(old), NOON + timedelta(days=20), ReasonFlags.key_compromise)
    answer = DirectDesk(pki).ask_ocsp(f"{pki.base}/ocsp", old, pki.time_root.der)
    facts = seal_facts(renewed)
    judgement = judge_seal(replace(facts, ocsp_responses=(*facts.ocsp_responses, answer)), pki.time_anchors_at, pki.now)
    assert judgement.moment == NOON


# Anchors


def test_neither_anchor_does_the_other_ones_work(ladder):
    pki, content = ladder
    with pytest.raises(InconclusiveError, match="no pinned anchor stands above the certificate of Test seal") as caught:
        judge(pki, content[LTA], anchors=pki.time_anchors)
    assert caught.value.indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert judge_seal(seal_facts(content[LTA]), pki.anchors_at, pki.now).existence.time is None
    assert judge(pki, content[LTA], anchors=[Authority.root("Other").der, *pki.anchors])


def test_a_time_stamp_from_the_future_proves_nothing_yet(ladder):
    pki, content = ladder
    existence = judge_seal(seal_facts(content[T]), pki.time_anchors_at, NOON - timedelta(days=1)).existence
    assert existence.time is None
    assert "dated later than what proves it" in existence.doubts[0]
