"""Prints sealed by the institution: whose seal, under which account, and who is never asked for the key."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from pdf_oracles import pdfsig_says, pyhanko_says
from seal_builder import seal_key
from typer.testing import CliRunner

from offices import issue, make, office_of
from vc_issuer.carriers.pdf import extract
from vc_issuer.carriers.pdf_place import SealPlace, is_sealed
from vc_issuer.cli.main import command_line
from vc_issuer.errors import ConfigurationError, InvalidError, NotFoundError, RuleError, VcIssuerError
from vc_issuer.issuance.print_seals import check_seal
from vc_issuer.issuance.publish import issued_of_batch, pdf_of
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.securing.jades import seal_prepared
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.documents import find_pdf
from vc_issuer.store.people import add_account
from vc_issuer.wiring.keys import records_of
from vc_issuer.wiring.printing import Room, print_document
from vc_issuer.wiring.sealed_prints import print_sealed


@pytest.fixture(scope="module")
def issued_home(tmp_path_factory):
    path = make(tmp_path_factory.mktemp("sealing") / "home")
    return path, issue(path)


@pytest.fixture
def opened(issued_home, tmp_path):
    """Open the office of a copy of the home; returns it and the batch's id."""
    path, batch = issued_home
    shutil.copytree(path, tmp_path / "home")
    with office_of(tmp_path / "home") as office:
        yield office, batch


def documents_of(home, batch):
    return list(issued_of_batch(home.database, batch, base_url=home.settings.base_url))


def kept(home, batch):
    with home.database.reading() as session:
        return [find_pdf(session, each.document) for each in documents_of(home, batch)]


def deeds(home, action):
    with home.database.reading() as session:
        return [entry for entry in audit_entries(session) if entry.action == action]


def without_keys(home):
    """Take every key away, as on a host that only serves pages."""
    for file in (home.settings.home / "keys").glob("*.pem"):
        if "PRIVATE" in file.read_text():
            file.unlink()


@pytest.mark.parametrize("many", [100, 1], ids=["here", "in processes"])
def test_prints_carry_the_institutions_seal(opened, many, tmp_path):
    office, batch = opened
    home = office.home
    documents = documents_of(home, batch)
    assert print_sealed(home, [batch], deed=office.deed(), many=many) == len(documents) > 1
    for issued, content in zip(documents, kept(home, batch), strict=True):
        status = pyhanko_says(content, home.trust().anchors, home.now() + timedelta(minutes=1))
        assert (status.intact, status.valid, status.trusted) == (True, True, True)
        assert "Signature is Valid" in pdfsig_says(content, tmp_path)
        (seal,) = extract(content).seals
        assert (seal.facts.level, seal.added) == (SealLevel.B, 0)
        plain = extract(home.render(issued))
        assert (extract(content).attachments, extract(content).text) == (plain.attachments, plain.text)
        assert home.pdf_of(issued) == content, "pages hand out what was sealed"


def test_what_is_sealed_is_left_alone_and_no_key_is_opened_for_it(opened):
    office, batch = opened
    print_sealed(office.home, [batch], deed=office.deed())
    before = kept(office.home, batch)
    without_keys(office.home)
    assert print_sealed(office.home, [batch], deed=office.deed()) == 0
    assert (kept(office.home, batch), len(deeds(office.home, "batch.print"))) == (before, 1)


def test_a_page_prints_without_a_key_and_the_seal_comes_later(opened):
    office, batch = opened
    home, first = office.home, documents_of(office.home, batch)[0]
    plain = home.pdf_of(first)
    assert not is_sealed(plain)
    assert extract(plain).seals == ()
    print_sealed(home, [batch], deed=office.deed())
    after = home.pdf_of(first)
    assert is_sealed(after)
    assert extract(after).attachments == extract(plain).attachments
    assert pdf_of(home.database, first, render=lambda _: b"printed again", now=home.now()) == after


def test_the_intent_is_recorded_before_the_key_is_opened(opened):
    office, batch = opened
    without_keys(office.home)
    with pytest.raises(VcIssuerError):
        print_sealed(office.home, [batch], deed=office.deed())
    (entry,) = deeds(office.home, "batch.print")
    assert (entry.actor, entry.subject) == ("preparer", batch)
    assert entry.details == {"key": office.home.profile().elm.key_id}
    assert set(kept(office.home, batch)) == {None}


def test_nobody_without_a_role_has_prints_sealed(opened):
    office, batch = opened
    with office.home.database.writing() as session:
        add_account(session, "reader", roles=[], deed=office.deed())
    with pytest.raises(RuleError):
        print_sealed(office.home, [batch], deed=replace(office.deed(), actor="reader"))
    assert deeds(office.home, "batch.print") == []


def test_a_print_of_what_the_institution_never_sealed_gets_no_seal(opened):
    office, batch = opened
    home, first = office.home, documents_of(office.home, batch)[0]
    keys = frozenset(each.public_key for each in records_of(home.settings) if each.purpose is KeyPurpose.SEAL)
    room = Room(place=SealPlace(room=2000, created=home.now(), label="Seal"), seal_keys=keys)
    assert print_document(first, host="h", is_demo=False, room=room)
    stranger = seal_prepared(b'{"type":["VerifiableCredential"]}', seal_key(), home.now() - timedelta(days=400))
    changed = replace(first.elm, content=first.elm.content.replace(b"2026", b"2027", 1))
    for elm, said in ((stranger, "another key than the institution's"), (changed, "is not what was sealed")):
        with pytest.raises(ConfigurationError, match=said):
            print_document(replace(first, elm=elm), host="h", is_demo=False, room=room)


def test_a_seal_that_does_not_hold_is_not_kept(opened):
    office, batch = opened
    with pytest.raises(InvalidError, match="doesn't hold"):
        check_seal(office.home.render(documents_of(office.home, batch)[0]), "N-1")


def test_the_command_line_prints_and_exports_with_a_seal_or_without_a_key(opened, tmp_path):
    office, batch = opened

    def run(*arguments):
        done = CliRunner().invoke(command_line(), ["--home", str(office.home.settings.home), *map(str, arguments)])
        assert done.exit_code == 0, done.output
        return done.output

    run("batch", "export", batch, "--unsealed", "--out", tmp_path / "plain")
    assert not any(is_sealed(file.read_bytes()) for file in tmp_path.glob("plain/credentials/*.pdf"))
    assert "2 PDFs printed and sealed now" in run("batch", "print", batch)
    assert '"sealed_now": 0' in run("batch", "print", "last", "--json")
    without_keys(office.home)
    run("batch", "export", batch, "--out", tmp_path / "out")
    written = list(tmp_path.glob("out/credentials/*.pdf"))
    assert len(written) == 2
    assert all(is_sealed(file.read_bytes()) for file in written)


def test_a_batch_that_is_not_there_is_a_sentence(opened):
    office, _batch = opened
    with pytest.raises(NotFoundError, match="there is no batch 'NOPE'"):
        print_sealed(office.home, ("NOPE",), deed=office.deed())
