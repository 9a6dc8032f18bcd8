"""A trusted list made and signed here: read only as signed, pinned with its origin, and named by the verifier."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from pki import YEAR, DirectDesk, Pki
from scenario import NOW, make_world
from seal_builder import NOON
from signxml import XMLSigner
from typer.testing import CliRunner

from trusted_list_builder import ISSUED, ListSigner, service, trusted_list
from vc_issuer.cli.main import command_line
from vc_issuer.config import Mode
from vc_issuer.errors import InvalidError, RuleError, UnreadableError
from vc_issuer.issuance.evidence import Augmenter
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.model.trusted_list import ServiceKind
from vc_issuer.securing.jades import seal_prepared
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.audit import Deed
from vc_issuer.trusted_list import Import, read_trusted_list
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home
from vc_issuer.wiring.trust_lists import pin_list

TODAY = Import(at=ISSUED + timedelta(days=10), source="list.xml")
SIGNER = ListSigner()
STRANGER = ListSigner()


@pytest.fixture(scope="module")
def pki():
    return Pki()


@pytest.fixture(scope="module")
def plain(pki):
    return trusted_list(
        service(pki.root.der, history=(("granted", NOON - YEAR / 2),)),
        service(pki.time_root.der, kind="TSA/QTST", purposes=(), name="Clock", history=(("granted", NOON - YEAR),)),
        service(pki.ca.der, kind="Certstatus/OCSP/QC", purposes=()),
        service(pki.ca.der, purposes=("ForeSignatures", "ForWebSiteAuthentication")),
    )


def read(content, *signers):
    return read_trusted_list(content, signers, TODAY)


@pytest.mark.parametrize("xades", [True, False], ids=["XAdES", "XML-DSig"])
def test_a_signed_list_is_read_with_what_seals_and_time_stamps_rest_on(plain, pki, xades):
    found = read(SIGNER.sign(plain, xades=xades), STRANGER.der, SIGNER.der)
    assert (found.territory, found.sequence, found.operator) == ("BE", 12, "Supervisor")
    assert (found.issued, found.next_update) == (ISSUED, ISSUED + timedelta(days=180))
    assert [one.kind for one in found.services] == [ServiceKind.SEAL, ServiceKind.TIME]
    assert found.services[0].certificates == (pki.root.der,)
    assert found.services[0].provider == "Provider & Sons"
    assert found.ignored == 2
    assert found.label == "trusted list of BE no. 12 of 2026-11-01, imported 2026-11-11, signature checked"


@pytest.mark.parametrize("moment", [b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-12:00"])
def test_a_list_of_a_time_outside_the_calendar_is_refused(plain, moment):
    written = f"{ISSUED:%Y-%m-%dT%H:%M:%SZ}".encode()
    with pytest.raises(UnreadableError, match="a time of the trusted list is malformed"):
        read(plain.replace(b"<ListIssueDateTime>" + written, b"<ListIssueDateTime>" + moment))


def test_a_list_that_nobody_checked_says_so(plain):
    assert read(plain).label.endswith("signature NOT checked")


def test_a_list_under_another_key_changed_or_unsigned_is_refused(plain):
    signed = SIGNER.sign(plain)
    for content, signers in (
        (signed, (STRANGER.der,)),
        (signed.replace(b"granted", b"withdrawn", 1), (SIGNER.der,)),
        (plain, (SIGNER.der,)),
        (STRANGER.sign(plain), (SIGNER.der,)),
    ):
        with pytest.raises(InvalidError, match="does not hold under the certificate given"):
            read(content, *signers)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"==</ds:SignatureValue>", b"</ds:SignatureValue>"), (b"<ds:SignedInfo>", b'<ds:SignedInfo xmlns:x="..">')],
    ids=["not base64", "not canonical"],
)
def test_a_signature_that_the_library_stumbles_over_does_not_hold(plain, old, new):
    signed = SIGNER.sign(plain, xades=False)
    assert old in signed
    with pytest.raises(InvalidError, match="does not hold"):
        read(signed.replace(old, new), SIGNER.der)


def test_a_certificate_that_is_not_ascii_is_refused(pki, plain):
    with pytest.raises(UnreadableError, match="not base64"):
        read(plain.replace(b"<X509Certificate>", "<X509Certificate>é".encode()))


def test_a_signature_over_something_else_in_the_list_covers_nothing(plain):
    """Wrapping: the signature holds over one element, and the rest of the file is the attacker's."""
    tree = etree.fromstring(plain)
    inner = tree.find("{*}SchemeInformation")
    inner.set("Id", "inner")
    signed = XMLSigner().sign(tree, key=SIGNER.key, cert=[SIGNER.certificate], reference_uri="#inner")
    with pytest.raises(InvalidError, match="does not hold"):
        read(etree.tostring(signed), SIGNER.der)


def test_a_service_that_may_seal_is_one_that_the_list_says_so_of(pki):
    purposes = {(): 1, ("ForeSeals",): 1, ("ForeSignatures", "ForeSeals"): 1, ("ForeSignatures",): 0}
    for given, kept in purposes.items():
        assert len(read(trusted_list(service(pki.root.der, purposes=given))).services) == kept


def test_history_tells_the_status_of_a_moment(pki):
    content = trusted_list(
        service(pki.root.der, history=(("withdrawn", ISSUED), ("granted", NOON), ("undersupervision", NOON - YEAR)))
    )
    (one,) = read(content).services
    assert one.status_at(NOON - 2 * YEAR) is None
    assert one.is_granted_at(NOON - timedelta(days=1))
    assert one.is_granted_at(ISSUED - timedelta(seconds=1))
    assert not one.is_granted_at(ISSUED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not well-formed"),
        (b"<a>", "not well-formed"),
        (b"<a/>", "no trusted list"),
        (b" " * (24 * 2**20 + 1), "more than 24 MiB"),
        (trusted_list(doctype='<!DOCTYPE x [<!ENTITY e "x">]>'), "document type"),
        (trusted_list(doctype='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "document type"),
        (trusted_list(sequence="x"), "sequence number"),
        (trusted_list().replace(b"<SchemeTerritory>BE</SchemeTerritory>", b""), "lacks SchemeTerritory"),
        (trusted_list().replace(b"2026-11-01T00:00:00Z", b"yesterday"), "a time of the trusted list"),
        (trusted_list(service(b"no certificate")), "certificate can't be parsed"),
        (trusted_list(service(b"x")).replace(b"<X509Certificate>", b"<X509Certificate>!"), "not base64"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_unreadable(content, words):
    with pytest.raises(UnreadableError, match=words):
        read(content)


def test_an_entity_is_never_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(UnreadableError, match="document type"):
        read(trusted_list(doctype=bomb).replace(b"Supervisor", b"&b;"))


# The verifier


def sealed_world(pki, *, level=SealLevel.LTA):
    """Return a sealed credential of an issuer that nobody pinned, under the PKI's authorities."""
    key = pki.new_seal("VATBE-0000000196")
    world = make_world()
    content = seal_prepared(world.twin.elm_payload, key, pki.now).content
    augmenter = Augmenter(
        desk=DirectDesk(pki), anchors=pki.anchors_at, time_anchors=pki.time_anchors_at, clock=lambda: pki.now
    )
    return world, augmenter.raise_to(content, level).content


@pytest.fixture(scope="module")
def judged():
    pki = Pki(start=NOW - timedelta(days=20))
    return pki, *sealed_world(pki)


def lists(pki, *, seal=None, time=None, signers=(SIGNER.der,), now=NOW):
    start = pki.start - YEAR
    content = trusted_list(
        service(pki.root.der, history=seal or (("granted", start),)),
        service(pki.time_root.der, kind="TSA/QTST", purposes=(), history=time or (("granted", start),)),
    )
    return (read_trusted_list(SIGNER.sign(content), signers, Import(at=now, source="list.xml")),)


def trust_of(judged, trusted_lists, *, now=NOW):
    _, world, content = judged
    report = world.verify(content, now, issuers=(), anchors=(), trusted_lists=trusted_lists)
    return report, next(check for check in report.checks if check.check is CheckId.TRUST)


def test_the_verifier_names_list_date_and_status(judged):
    report, trust = trust_of(judged, lists(judged[0]))
    assert trust.outcome is Outcome.PASSED, trust.message
    assert (
        "the seal of Test University leads to Seal service of Provider & Sons (granted since 2025-11-04; trusted list of BE no. 12 of 2026-11-01, imported 2026-11-24, signature checked)"
        in trust.message
    )
    assert (report.issuer.name, report.issuer.trusted) == ("Test University", True)
    assert "trusted list of BE" in report.issuer.source
    assert report.verdict in {Verdict.CURRENT, Verdict.STATUS_UNKNOWN}


def test_without_a_list_the_same_seal_is_of_nobody_known(judged):
    report, trust = trust_of(judged, ())
    assert "no pinned anchor" in trust.message
    assert (report.verdict, report.issuer.trusted) == (Verdict.UNKNOWN_ISSUER, False)


def test_a_service_that_was_withdrawn_before_the_seal_does_not_count_and_one_after_does(judged):
    pki = judged[0]
    before, after = pki.start - timedelta(days=30), pki.start + timedelta(days=5)
    start = pki.start - YEAR
    report, trust = trust_of(judged, lists(pki, seal=(("withdrawn", before), ("granted", start))))
    assert trust.outcome is Outcome.INDETERMINATE
    assert "was withdrawn since" in trust.message
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert trust_of(judged, lists(pki, seal=(("withdrawn", after), ("granted", start))))[1].outcome is Outcome.PASSED


def test_a_service_that_was_not_listed_yet_does_not_count(judged):
    _, trust = trust_of(judged, lists(judged[0], seal=(("granted", NOW - timedelta(days=1)),)))
    assert "was not listed yet" in trust.message


def test_a_time_stamp_counts_while_its_service_is_granted(judged):
    pki = judged[0]
    _, world, content = judged
    late = pki.start + 4 * YEAR  # the seal's certificate has ended
    granted, withdrawn = (
        lists(pki),
        lists(pki, time=(("withdrawn", pki.start - YEAR / 2), ("granted", pki.start - YEAR))),
    )
    outcomes = []
    for one in (granted, withdrawn):
        report = world.verify(content, late, issuers=(), anchors=(), trusted_lists=one)
        outcomes.append(next(check for check in report.checks if check.check is CheckId.KEY).outcome)
    assert outcomes == [Outcome.PASSED, Outcome.INDETERMINATE]


def test_a_list_whose_successor_is_due_is_said_to_be(judged):
    pki = judged[0]
    _, trust = trust_of(judged, lists(pki), now=ISSUED + timedelta(days=200))
    assert "a newer list was due on 2027-04-30" in trust.message


# The home and its command


@pytest.fixture(scope="module")
def home_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("trust") / "home"
    make_home(NewHome(path=path, issuer=known_institution("uzb"), host="c.uzb.example", mode=Mode.TEST), now=utc_now())
    return path


def run(path, *arguments, check):
    done = CliRunner().invoke(command_line(["trust"]), ["--home", str(path), "trust", *map(str, arguments)])
    assert done.exit_code == check, done.output
    return done


def test_the_command_pins_a_list_and_the_newer_takes_the_place_of_the_older(home_path, tmp_path, pki):
    signer, file = tmp_path / "signer.pem", tmp_path / "be.xml"
    signer.write_bytes(SIGNER.pem)
    issued = utc_now() - timedelta(days=3)
    for number in (12, 13):
        file.write_bytes(SIGNER.sign(trusted_list(service(pki.root.der), sequence=number, issued=issued)))
        answer = json.loads(run(home_path, "import", file, "--signer", signer, "--json", check=0).output)
        assert (answer["sequence"], answer["services"], bool(answer["signer"])) == (number, 1, True)
    file.write_bytes(SIGNER.sign(trusted_list(service(pki.root.der), sequence=12, issued=issued)))
    assert "no. 12 is older than no. 13" in run(home_path, "import", file, "--signer", signer, check=1).output
    shown = json.loads(run(home_path, "list", "--json", check=0).output)["lists"]
    assert [each["sequence"] for each in shown] == [13]
    assert len(list((home_path / "trust").glob("*.old"))) == 1
    home = open_home(home_path)
    assert pki.root.der in home.trust().anchors_at(utc_now())
    home.close()


def test_the_command_asks_who_signed_or_says_that_nobody_checked(home_path, tmp_path, pki):
    file, signer = tmp_path / "nl.xml", tmp_path / "other.der"
    file.write_bytes(trusted_list(service(pki.root.der), territory="NL", issued=utc_now()))
    signer.write_bytes(STRANGER.der)
    assert "say who signed the list" in run(home_path, "import", file, check=1).output
    assert "does not hold" in run(home_path, "import", file, "--signer", signer, check=1).output
    done = run(home_path, "import", file, "--unchecked", check=0)
    assert "signature NOT checked" in done.output
    assert "signature NOT checked" in run(home_path, "list", check=0).output


def test_a_list_without_a_territory_is_not_pinned(home_path):
    home = open_home(home_path)
    from_nowhere = replace(read(trusted_list()), territory="../x")
    with pytest.raises(RuleError, match="no territory"):
        pin_list(home.settings.home, home.database, from_nowhere, deed=Deed(actor="preparer", at=utc_now()))
    home.close()
