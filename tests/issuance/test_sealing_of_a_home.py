"""A home whose seals last: asked over HTTP on loopback, through the vetted way out; what is served switches at once."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pdf_oracles import pyhanko_says
from pki import YEAR, PkiServer
from typer.testing import CliRunner

from reference import ROOT
from vc_issuer.carriers.pdf import extract
from vc_issuer.cli.main import command_line
from vc_issuer.config import Mode
from vc_issuer.errors import InconclusiveError, RuleError
from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import Verdict
from vc_issuer.securing.jades import payload_octets, seal_facts
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.signers.history import append_key
from vc_issuer.store.audit import audit_entries, verify_audit
from vc_issuer.store.seals import SealChoice, choose_seals, count_seals, replace_seal, seal_versions
from vc_issuer.store.tables import pdfs
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home
from vc_issuer.wiring.keys import records_of
from vc_issuer.wiring.office import Office, check_offering_file
from vc_issuer.wiring.sealed_prints import print_sealed
from vc_issuer.x509 import certificates_to_pem

EXAMPLES = ROOT / "examples"
ALL_LEVELS = tuple(level.value for level in SealLevel)


@pytest.fixture(scope="module")
def server():
    with PkiServer(start=utc_now()) as running:
        yield running


@pytest.fixture(scope="module")
def approved(server, tmp_path_factory):
    """Return a home under the test PKI with an approved batch, and that batch's id."""
    path = tmp_path_factory.mktemp("home") / "home"
    institution = known_institution("uzb")
    make_home(NewHome(path=path, issuer=institution, host="credentials.uzb.example", mode=Mode.TEST), now=utc_now())
    configure(path, server)
    home = open_home(path)
    certify(home, server.pki)
    preparer, approver = Office(home, "preparer"), Office(home, "approver")
    for name in ("mc01", "mc03"):
        file = EXAMPLES / f"offerings/{name}.toml"
        checked = check_offering_file(file.read_bytes(), filename=file.name, base_url=home.settings.base_url)
        preparer.add_offering(checked)
    content = (EXAMPLES / "cohorts/c1/c1.csv").read_bytes()
    reading = preparer.read_cohort(content, "c1.csv")
    sha256 = hashlib.sha256(content).hexdigest()
    batch = preparer.import_cohort(reading, sha256=sha256, title="c1", dry_run=False).batch_id
    approver.approve(batch, preparer.prepare(batch).digest)
    home.close()
    return path, batch


def configure(path, server, level="B-LTA"):
    settings = path / "settings.toml"
    text = settings.read_text()
    seal = f'[seal]\nlevel = "{level}"\ntsa = "{server.origin}/tsa"\norigins = ["{server.origin}"]\n'
    if "tsa =" not in text:
        text = text.replace("[seal]\n", seal).replace('["keys/ca.pem"]', '["root.pem"]\ntime_anchors = ["time.pem"]')
    settings.write_text(text.replace('level = "B-LTA"', f'level = "{level}"'))
    (path / "root.pem").write_bytes(certificates_to_pem(server.pki.anchors))
    (path / "time.pem").write_bytes(certificates_to_pem(server.pki.time_anchors))


def certify(home, pki):
    """Have the home's seal key certified by the PKI, before it is used."""
    history = home.settings.path(home.settings.keys.history)
    records = records_of(home.settings)
    history.unlink()
    for record in records:
        if record.purpose is KeyPurpose.SEAL:
            leaf = pki.certify(load_der_public_key(record.public_key.der), home.issuer.eidas)
            chain = (leaf, pki.ca.der)
            home.settings.path(home.settings.keys.seal_certificates).write_bytes(certificates_to_pem(chain))
            append_key(history, replace(record, certificates=chain))
        else:
            append_key(history, record)


@pytest.fixture(scope="module")
def signed(approved, server, tmp_path_factory):
    """Return a copy of the home whose batch is signed and published as plain seals."""
    path = tmp_path_factory.mktemp("signed") / "home"
    shutil.copytree(approved[0], path)
    configure(path, server, "B-B")
    home = open_home(path)
    office = Office(home, "approver")
    office.sign(approved[1])
    office.publish(approved[1])
    home.close()
    return path


@pytest.fixture
def batch(approved):
    return approved[1]


@pytest.fixture
def opened(server, tmp_path):
    """Open a copy of a home, with the PKI as it should be."""
    server.pki.tsa_works = server.pki.ocsp_works = server.pki.crl_works = True
    server.pki.now = utc_now()
    homes = []

    def copy(path):
        shutil.copytree(path, tmp_path / "home")
        homes.append(open_home(tmp_path / "home"))
        return homes[-1]

    yield copy
    for home in homes:
        home.close()


@pytest.fixture
def home(opened, signed):
    return opened(signed)


def run(path, *arguments, check):
    """Run a command in this process; returns what it said."""
    done = CliRunner().invoke(command_line(), ["--home", str(path), *map(str, arguments)])
    assert done.exit_code == check, (done.exit_code, done.output)
    return done


def stored(home, levels=ALL_LEVELS):
    with home.database.reading() as session:
        return choose_seals(session, SealChoice(levels=levels), limit=100)


def published(home, batch):
    return list(issued_of_batch(home.database, batch, base_url=home.settings.base_url))


def test_a_batch_is_signed_to_the_level_of_the_settings_before_it_is_published(opened, approved, batch, server):
    home = opened(approved[0])
    office = Office(home, "approver")
    server.pki.tsa_works = False
    with pytest.raises(InconclusiveError, match=r"is signed, but seals of it stay below B-LTA: .*status 503"):
        office.sign(batch)
    assert {seal.level for seal in stored(home)} == {"B-B"}
    with pytest.raises(RuleError, match="below B-LTA"):
        office.publish(batch)
    server.pki.tsa_works = True
    assert office.sign(batch).signed_now == 0
    office.publish(batch)
    seals = stored(home)
    assert {seal.level for seal in seals} == {"B-LTA"}
    assert {seal_facts(seal.content).level for seal in seals} == {SealLevel.LTA}
    assert all(seal.until and seal.until > utc_now() + 4 * YEAR for seal in seals)
    verifier = home.verifier()
    for issued in published(home, batch):
        report = verifier.verify(issued.elm.content, "elm", home.now())
        assert report.verdict is Verdict.CURRENT, [(check.check.word, check.message) for check in report.checks]
    ocsp = [path for _, path in server.pki.asked if path == "/ocsp"]
    assert len(ocsp) <= 3 * home.settings.seal.parallel, "an answer that holds is asked for once, not once a seal"


def test_nothing_that_a_seal_was_is_lost_and_every_step_is_in_the_audit_log(home, batch):
    office = Office(home, "approver")
    number = stored(home)[0].number
    assert office.augment_seals((number,), SealLevel.T).done == 1
    assert office.augment_seals((batch,), SealLevel.LT).problems == ()
    seals = stored(home)
    with home.database.reading() as session:
        assert {count.level for count in count_seals(session)} == {"B-LT"}
        first = next(seal for seal in seals if seal.number == number)
        versions = seal_versions(session, first)
        assert [seal_facts(old).level.value for old in versions] == ["B-B", "B-T"]
        assert {payload_octets(old) for old in versions} == {payload_octets(first.content)}
        entries = [entry for entry in audit_entries(session) if entry.action == "seal.augment"]
        assert {entry.subject for entry in entries} == {seal.credential_id for seal in seals}
        assert entries[-1].details["after"] in {seal.sha256 for seal in seals}
        assert verify_audit(session) > len(entries)


def test_a_level_that_is_reached_asks_nobody(home, batch, server):
    office = Office(home, "approver")
    office.augment_seals((batch,), SealLevel.T)
    before = [seal.sha256 for seal in stored(home)]
    asked = len(server.pki.asked)
    assert office.augment_seals((batch,), SealLevel.T).done == 0
    assert (len(server.pki.asked), [seal.sha256 for seal in stored(home)]) == (asked, before)


def test_what_is_served_switches_in_one_moment_and_the_print_with_it(home, batch):
    office = Office(home, "approver")
    first = published(home, batch)[0]
    before = home.pdf_of(first)
    office.augment_seals((first.number,), SealLevel.LTA)
    now = home.published(first.code)
    assert seal_facts(now.elm.content).level is SealLevel.LTA
    assert now.ob3 == first.ob3
    after = home.pdf_of(now)
    assert before != after
    for content in (before, after):
        report = home.verifier().verify(content, "pdf", home.now())
        proofs = {check.message for check in report.checks if check.check.word == "trust"}
        # The old print carries a seal whose revocation nobody tells; it is as good as it was, and no worse.
        assert report.verdict is Verdict.CURRENT, proofs


def test_prints_are_time_stamped_where_the_level_asks_for_it(home, batch, server):
    office = Office(home, "approver")
    assert print_sealed(home, [batch], deed=office.deed()) > 0
    first = published(home, batch)[0]
    (seal,) = extract(home.pdf_of(first)).seals
    assert seal.facts.level is SealLevel.B
    office.augment_seals((batch,), SealLevel.LTA)
    settings = home.settings.home / "settings.toml"
    settings.write_text(settings.read_text().replace('level = "B-B"', 'level = "B-T"'))
    stamping = open_home(home.settings.home)
    try:
        assert print_sealed(stamping, [batch], deed=office.deed()) == len(published(home, batch))
        content = stamping.pdf_of(published(home, batch)[0])
        (seal,) = extract(content).seals
        assert seal.facts.level is SealLevel.T
        pki = server.pki
        status = pyhanko_says(content, pki.anchors, utc_now() + timedelta(hours=1), pki.time_anchors)
        assert (status.intact, status.valid, status.trusted) == (True, True, True)
        assert status.timestamp_validity.trusted
        with stamping.database.writing() as session:
            session.connection.execute(pdfs.delete())
        server.pki.tsa_works = False
        with pytest.raises(InconclusiveError, match="status 503"):
            print_sealed(stamping, [batch], deed=office.deed())
    finally:
        stamping.close()


def test_renewal_takes_what_ends_soon_and_nothing_else(home, batch):
    office = Office(home, "approver")
    number = stored(home)[0].number
    office.augment_seals((number,), SealLevel.LTA)
    assert office.renew_seals((), 100).done == 0
    assert office.renew_seals((), 6 * 365).done == 1
    (renewed,) = stored(home, ("B-LTA",))
    assert len(seal_facts(renewed.content).time_stamps) == 3
    with home.database.reading() as session:
        assert len(seal_versions(session, renewed)) == 2


def test_a_seal_that_another_hand_replaced_is_not_overwritten(home):
    stale = replace(stored(home)[0], sha256="0" * 64)
    with home.database.writing() as session, pytest.raises(RuleError, match="replaced by somebody else"):
        replace_seal(session, stale, stale, deed=Office(home, "approver").deed())


def test_the_command_line_raises_files_and_batches_and_shows_how_they_stand(home, batch, server, tmp_path):
    path = home.settings.home
    shown = json.loads(run(path, "seal", "show", "--json", check=0).stdout)["seals"]
    assert {(each["level"], each["proof_until"]) for each in shown} == {("B-B", None)}
    file = tmp_path / "one.elm.json"
    file.write_bytes(stored(home)[0].content)
    before = file.read_bytes()
    done = run(path, "seal", "augment", "--level", "LTA", file, "--json", check=0)
    (written,) = json.loads(done.stdout)["files"]
    assert written.endswith("one.elm.b-lta.json")
    assert file.read_bytes() == before
    report = json.loads(run(path, "verify", written, "--json", check=0).stdout)["reports"][0]
    assert "B-LTA" in next(check for check in report["checks"] if check["id"] == "proof")["message"]
    assert "seals were added to" in run(path, "seal", "augment", "--level", "T", batch, check=0).stdout
    assert "0 seals" in run(path, "seal", "renew", check=0).stdout
    server.pki.tsa_works = False
    refused = run(path, "seal", "augment", "--level", "LTA", batch, check=3)
    assert "The same command goes on from here" in refused.stderr
    assert "is no level" in run(path, "seal", "augment", "--level", "X", batch, check=1).stderr
