"""Whether a certificate was revoked: what counts is who signed the answer, of what it speaks, and when."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags, ocsp
from hypothesis import given
from hypothesis import strategies as st
from pki import DirectDesk, Pki
from seal_builder import NOON

from vc_issuer.x509 import find_revocation, revocation_sources
from vc_issuer.x509.revocation import answer_holds

PKI = Pki()
LEAF, CA = PKI.seal_key.method.certificates[0], PKI.ca.der
DESK = DirectDesk(PKI)
ANSWER = DESK.ask_ocsp(f"{PKI.base}/ocsp", LEAF, CA)
LISTED = PKI.crl("Seal CA")


def told(*, responses=(), lists=(), at=NOON, certificate=LEAF, issuer=CA):
    return find_revocation(certificate, issuer, responses=list(responses), lists=list(lists), at=at)


def a_list(*, entries=(), extensions=(), key=None, issuer=None, life=timedelta(days=7)):
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=issuer or PKI.ca.certificate.subject, last_update=NOON, next_update=NOON + life
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    for moment in entries:
        entry = x509.RevokedCertificateBuilder().serial_number(PKI.leaf.serial_number).revocation_date(moment)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key or PKI.ca.key, hashes.SHA256()).public_bytes(Encoding.DER)


def point(**what):
    settings = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False,
        "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False,
    }  # fmt: skip
    return x509.IssuingDistributionPoint(**{**settings, **what}), True


def test_a_certificate_says_where_to_ask():
    assert revocation_sources(LEAF).ocsp == (f"{PKI.base}/ocsp",)
    assert revocation_sources(LEAF).lists == (f"{PKI.base}/crl/Seal CA",)
    assert not revocation_sources(PKI.root.der).is_named


@pytest.mark.parametrize(("given_", "source"), [({"responses": [ANSWER]}, "OCSP"), ({"lists": [LISTED]}, "CRL")])
def test_a_fresh_answer_of_the_issuer_says_good(given_, source):
    found = told(**given_)
    assert (found.source, found.revoked, found.told) == (source, None, NOON)


@pytest.mark.parametrize("given_", [{"responses": [ANSWER]}, {"lists": [LISTED]}], ids=["OCSP", "CRL"])
def test_good_holds_as_long_as_the_answer_promises_and_for_what_was_before(given_):
    assert told(**given_, at=NOON + timedelta(days=1))
    assert told(**given_, at=NOON - timedelta(days=400))
    assert told(**given_, at=NOON + timedelta(days=30)) is None


def test_a_revocation_counts_however_old_it_is_and_the_earliest_of_several():
    early, late = NOON - timedelta(days=9), NOON - timedelta(days=2)
    lists = [a_list(entries=[late]), a_list(entries=[early]), LISTED]
    assert told(lists=lists, responses=[ANSWER], at=NOON + timedelta(days=999)).revoked == early


def test_an_answer_of_another_authority_or_about_another_certificate_says_nothing():
    other = Pki()
    assert told(responses=[ANSWER], issuer=other.ca.der) is None
    assert told(responses=[DESK.ask_ocsp(f"{PKI.base}/ocsp", CA, PKI.root.der)]) is None
    assert told(lists=[a_list(key=other.ca.key)]) is None
    assert told(lists=[a_list(issuer=other.root.certificate.subject)]) is None


def test_a_responder_without_the_right_to_answer_says_nothing():
    pki = Pki()
    pki.responders[pki.ca.certificate.subject] = (pki.ca, pki.root)
    leaf = pki.seal_key.method.certificates[0]
    answer = DirectDesk(pki).ask_ocsp(f"{pki.base}/ocsp", leaf, pki.ca.der)
    assert find_revocation(leaf, pki.ca.der, responses=[answer], lists=[], at=NOON) is None


@pytest.mark.parametrize(
    "extension",
    [
        point(only_contains_ca_certs=True),
        point(indirect_crl=True),
        point(only_contains_attribute_certs=True),
        point(only_some_reasons=frozenset({ReasonFlags.key_compromise})),
        (x509.DeltaCRLIndicator(3), True),
    ],
    ids=["authorities only", "indirect", "attributes", "some reasons", "delta"],
)
def test_a_list_that_speaks_of_other_things_says_nothing(extension):
    assert told(lists=[a_list(extensions=[extension])]) is None
    assert told(lists=[a_list(extensions=[point(only_contains_user_certs=True)])])


def test_an_answer_is_kept_while_it_promises_to_hold():
    for answer in (ANSWER, LISTED):
        assert answer_holds(answer, NOON)
        assert not answer_holds(answer, NOON + timedelta(days=30))
    assert not answer_holds(b"x", NOON)


def test_an_answer_that_ends_in_no_year_is_not_kept():
    (single,) = ocsp.load_der_ocsp_response(ANSWER).responses
    end = f"{single.next_update_utc:%Y%m%d}".encode()
    assert not answer_holds(ANSWER.replace(end, b"0000" + end[4:]), NOON)


def test_a_responder_whose_certificate_cannot_be_read_says_nothing():
    key_usage, basic_constraints = b"\x55\x1d\x0f", b"\x55\x1d\x13"
    assert ANSWER.count(key_usage) == ANSWER.count(basic_constraints) == 1
    assert told(responses=[ANSWER.replace(key_usage, basic_constraints)]) is None, "an extension that is there twice"


@given(st.binary(max_size=80), st.integers(0, 2000))
def test_bytes_that_are_no_answer_say_nothing(noise, place):
    for whole in (ANSWER, LISTED):
        cut = place % len(whole)
        garbled = whole[:cut] + noise + whole[cut + len(noise) :]
        for given_ in ({"responses": [garbled]}, {"lists": [garbled]}):
            found = told(**given_)
            # What no signature covers may differ: certificates and algorithm parameters beside it.
            assert found is None or found.revoked is None
