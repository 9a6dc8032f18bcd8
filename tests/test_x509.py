"""Demo authority, seal certificates, chains: the good ones, then one defect each."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.signers.file import FileSigner, create_key_file
from vc_issuer.x509 import (
    SealSubject,
    Validity,
    certificate_facts,
    certificates_from_pem,
    certificates_to_pem,
    issue_seal_certificate,
    issuer_serial,
    make_demo_ca,
    organization_identifier,
    public_key_of,
    verify_chain,
)
from vc_issuer.x509.der import OCTET_STRING, read_der, write_der, write_integer, write_oid

PASSPHRASE = b"correct horse battery staple"
NOON = datetime(2025, 7, 4, 12, tzinfo=UTC)
YEARS = Validity(not_before=NOON - timedelta(days=30), not_after=NOON + timedelta(days=3 * 365))
SUBJECT = SealSubject(
    organisation="Universiteit Zuiderbroek (demo)",
    eidas_identifier="VATBE-0999999999",
    country="BE",
    common_name="Seal of Universiteit Zuiderbroek (demo)",
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name, algorithm in (("ca", KeyAlgorithm.P256), ("other", KeyAlgorithm.P384), ("seal", KeyAlgorithm.P256)):
        create_key_file(folder / name, algorithm, PASSPHRASE)
        made[name] = FileSigner(folder / name, passphrase=PASSPHRASE).__enter__()
    return made


def authority(signer, *, name="Demo CA", serial=1, validity=YEARS):
    return make_demo_ca(name, signer, country="BE", serial=serial, validity=validity)


def seal(ca, ca_signer, keys, *, validity=YEARS, serial=2):
    return issue_seal_certificate(
        ca, ca_signer, public_key=keys["seal"].public_key, subject=SUBJECT, serial=serial, validity=validity
    )


@pytest.fixture(scope="module")
def ca(keys):
    return authority(keys["ca"])


@pytest.fixture(scope="module")
def leaf(ca, keys):
    return seal(ca, keys["ca"], keys)


def test_a_seal_certificate_names_the_organisation_and_claims_no_qualification(leaf, keys):
    facts = certificate_facts(leaf)
    assert (facts.organisation, facts.country) == ("Universiteit Zuiderbroek (demo)", "BE")
    assert organization_identifier(leaf) == facts.organization_identifier == "VATBE-0999999999"
    assert public_key_of(leaf) == keys["seal"].public_key
    extensions = x509.load_der_x509_certificate(leaf).extensions
    qc_statements = "1.3.6.1.5.5.7.1.3"
    assert qc_statements not in [extension.oid.dotted_string for extension in extensions]
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.content_commitment
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda a: a.value)
def test_an_authority_of_any_key_signs_what_the_library_accepts(tmp_path, keys, algorithm):
    create_key_file(tmp_path / "key", algorithm, PASSPHRASE)
    with FileSigner(tmp_path / "key", passphrase=PASSPHRASE) as signer:
        own = authority(signer)
        issued = x509.load_der_x509_certificate(seal(own, signer, keys))
    issued.verify_directly_issued_by(x509.load_der_x509_certificate(own))


def test_a_chain_to_a_pinned_anchor_holds(leaf, ca):
    assert verify_chain(leaf, (), [ca], NOON) == (leaf, ca)
    assert verify_chain(leaf, (ca,), [ca], NOON) == (leaf, ca)


def test_a_pinned_seal_certificate_needs_no_authority(leaf):
    assert verify_chain(leaf, (), [leaf], NOON) == (leaf,)


def test_without_an_anchor_nothing_is_decided(leaf, ca, keys):
    for anchors in ([], [authority(keys["other"])], [authority(keys["other"], name="Other CA")]):
        with pytest.raises(InconclusiveError, match="no pinned anchor"):
            verify_chain(leaf, (ca,), anchors, NOON)


@pytest.mark.parametrize(
    ("moment", "words"),
    [(YEARS.not_after + timedelta(seconds=1), "expired on"), (YEARS.not_before - timedelta(seconds=1), "before")],
)
def test_outside_its_period_a_certificate_is_refused(leaf, ca, moment, words):
    with pytest.raises(InvalidError, match=words):
        verify_chain(leaf, (), [ca], moment)


def test_an_expired_anchor_carries_nothing(keys):
    short = Validity(not_before=YEARS.not_before, not_after=NOON - timedelta(days=1))
    own = authority(keys["ca"], validity=short)
    with pytest.raises(InvalidError, match="Demo CA expired"):
        verify_chain(seal(own, keys["ca"], keys), (), [own], NOON)


def test_a_broken_signature_is_refused(leaf, ca):
    broken = leaf[:-1] + bytes([leaf[-1] ^ 1])
    with pytest.raises(InvalidError, match="broken"):
        verify_chain(broken, (), [ca], NOON)


def test_a_changed_subject_is_refused(leaf, ca):
    forged = leaf.replace(b"VATBE-0999999999", b"VATBE-0888888888")
    with pytest.raises(InvalidError, match="broken"):
        verify_chain(forged, (), [ca], NOON)


def builder(subject, issuer, key):
    name = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (subject, issuer)]
    return (
        x509.CertificateBuilder()
        .subject_name(name[0])
        .issuer_name(name[1])
        .public_key(key)
        .serial_number(7)
        .not_valid_before(YEARS.not_before)
        .not_valid_after(YEARS.not_after)
    )


def three(*, ca_extension, usage=None):
    """Return leaf, intermediate, root; the intermediate with the extension given, or none."""
    root, middle, end = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    top = builder("Root", "Root", root.public_key()).add_extension(x509.BasicConstraints(True, None), True)
    between = builder("Middle", "Root", middle.public_key())
    if ca_extension is not None:
        between = between.add_extension(ca_extension, True)
    if usage is not None:
        between = between.add_extension(usage, True)
    bottom = builder("End", "Middle", end.public_key())
    signed = [
        bottom.sign(middle, hashes.SHA256()),
        between.sign(root, hashes.SHA256()),
        top.sign(root, hashes.SHA256()),
    ]
    return [certificate.public_bytes(Encoding.DER) for certificate in signed]


def test_a_chain_through_an_intermediate_holds():
    end, middle, root = three(ca_extension=x509.BasicConstraints(True, 0))
    assert verify_chain(end, [middle], [root], NOON) == (end, middle, root)


def test_an_anchor_need_not_be_self_signed():
    end, middle, _ = three(ca_extension=x509.BasicConstraints(True, 0))
    assert verify_chain(end, [], [middle], NOON) == (end, middle)


@pytest.mark.parametrize("extension", [None, x509.BasicConstraints(False, None)])
def test_a_certificate_that_is_no_authority_may_not_issue(extension):
    end, middle, root = three(ca_extension=extension)
    with pytest.raises(InvalidError, match="breaks the rules"):
        verify_chain(end, [middle], [root], NOON)


def test_a_seal_certificate_may_not_issue_another(leaf, ca, keys):
    forged = issue_seal_certificate(
        leaf, keys["seal"], public_key=keys["other"].public_key, subject=SUBJECT, serial=3, validity=YEARS
    )
    with pytest.raises(InvalidError, match="breaks the rules"):
        verify_chain(forged, [leaf], [ca], NOON)


def test_an_authority_without_the_right_to_sign_certificates_is_refused():
    usage = x509.KeyUsage(True, False, False, False, False, False, True, False, False)
    end, middle, root = three(ca_extension=x509.BasicConstraints(True, 0), usage=usage)
    with pytest.raises(InvalidError, match="breaks the rules"):
        verify_chain(end, [middle], [root], NOON)


def test_a_heap_of_certificates_is_refused(leaf, ca):
    with pytest.raises(InvalidError, match="more than"):
        verify_chain(leaf, [leaf] * 65, [ca], NOON)


def test_issuer_serial_names_issuer_and_serial(leaf, ca):
    names, serial = read_der(issuer_serial(leaf)).children()
    assert serial.integer() == 2
    assert names.children()[0].tag == 0xA4
    assert names.children()[0].content == x509.load_der_x509_certificate(ca).subject.public_bytes()


def test_issuer_serial_is_what_dss_writes():
    # kid and x5c of elm/dss-jades (LGPL-2.1, esig/dss): the first certificate of their test authority.
    expected = base64.b64decode(
        "MFYwUaRPME0xEDAOBgNVBAMMB2dvb2QtY2ExGTAXBgNVBAoMEE5vd2luYSBTb2x1dGlvbnMxETAPBgNVBAsMCFBLSS1URVNUMQswCQYDVQQGEwJMVQIBCg=="
    )
    names, serial = read_der(expected).children()
    assert names.children()[0].tag == 0xA4
    assert write_integer(10) == serial.encoded


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 2**64, 2**159 - 1, -1, -128, -129, -(2**64)])
def test_integers_come_back(value):
    assert read_der(write_integer(value)).integer() == value


@pytest.mark.parametrize("value", ["2.5.4.97", "1.2.840.113549.1.5.13", "1.3.6.1.4.1.11591.4.11", "2.999.1"])
def test_object_identifiers_come_back(value):
    assert read_der(write_oid(value)).oid() == value


@pytest.mark.parametrize(
    "content",
    [b"", b"\x30", b"\x30\x05\x02", b"\x02\x01\x01\x00", b"\x30\x85\0\0\0\0\1", b"\x1f\x81\x01\0", b"\x04\x80\0\0"],
)
def test_malformed_asn1_is_refused(content):
    with pytest.raises(UnreadableError):
        read_der(content)


def test_octets_in_pieces_of_pieces_without_end_are_refused():
    nested = write_der(OCTET_STRING, b"x")
    for _ in range(2_000):
        nested = write_der(OCTET_STRING | 0x20, nested)
    with pytest.raises(UnreadableError, match="too deep"):
        read_der(nested).octets()


def test_deep_asn1_is_refused():
    content = b""
    for _ in range(100):
        content = b"\x30\x80" + content + b"\0\0"
    with pytest.raises(UnreadableError, match="deep"):
        read_der(content)


def test_pem_files_keep_their_order(leaf, ca):
    assert certificates_from_pem(certificates_to_pem((leaf, ca))) == (leaf, ca)


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_refused(content):
    with pytest.raises(UnreadableError):
        certificates_from_pem(content)


def test_a_file_with_a_certificate_of_an_unknown_version_is_refused(leaf):
    content = base64.encodebytes(leaf.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x22", 1))
    with pytest.raises(UnreadableError):
        certificates_from_pem(b"-----BEGIN CERTIFICATE-----\n" + content + b"-----END CERTIFICATE-----\n")


def test_bytes_that_are_no_certificate_are_refused():
    for content in (b"", b"\x30\x00", b"certificate"):
        with pytest.raises(UnreadableError):
            organization_identifier(content)


def test_a_key_of_another_type_is_not_decided():
    key = ec.generate_private_key(ec.SECP521R1())
    der = builder("A", "A", key.public_key()).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(InconclusiveError):
        public_key_of(der)


def test_two_organisation_identifiers_are_none():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, text) for text in ("VATBE-1", "VATBE-2")])
    der = builder("A", "A", key.public_key())
    der = x509.CertificateBuilder(
        subject_name=name, issuer_name=name, public_key=key.public_key(), serial_number=1,
        not_valid_before=YEARS.not_before, not_valid_after=YEARS.not_after,
    ).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)  # fmt: skip
    assert organization_identifier(der) is None
