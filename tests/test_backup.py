"""The drill: back up, erase, lose everything, restore into an empty place; all verifies, and who was erased stays so."""

import shutil

import pytest

from e2e.issued import run
from offices import issue, make, office_of
from vc_issuer.errors import ConfigurationError, InputError, NotFoundError
from vc_issuer.issuance.log import check_log
from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.model.report import Verdict
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.people import find_learner
from vc_issuer.store.status import served_lists
from vc_issuer.wiring.backup import CHUNK, ERASURES, create_backup, restore_backup
from vc_issuer.wiring.exporting import export_batches
from vc_issuer.wiring.keys import own_issuer
from vc_issuer.wiring.sealing import time_authorities

NUMBERS = ("0612001", "0612002")  # of the first two rows of cohort C2


def issued_by(office, batch):
    return list(issued_of_batch(office.home.database, batch, base_url=office.home.settings.base_url))


def verdicts(office, issued):
    verifier, now = office.home.verifier(), office.home.now()
    for each in issued:
        for secured in (each.elm, *each.ob3.values()):
            yield verifier.verify(secured.content, "x", now).verdict


def test_a_restored_home_is_whole_and_who_was_erased_stays_erased(tmp_path):
    home, copy, file = make(tmp_path / "home"), tmp_path / "again", tmp_path / "backup"
    batch = issue(home)
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("a passphrase of the backup")
    run(home, "backup", "create", file, "--passphrase-file", secret, check=0)
    sealed = file.read_bytes()
    assert b"SQLite format" not in sealed
    assert b"Ioana" not in sealed
    with office_of(home) as office:
        before = issued_by(office, batch)
        theirs = next(each for each in before if office.home.report_on(each, "nl").summary.student_number == NUMBERS[0])
        erased = office.erase(NUMBERS[0])
        assert (erased.revoked, office.home.published(theirs.code)) == (1, None)
        verifier = office.home.verifier()
        assert verifier.verify(theirs.elm.content, "x", office.home.now()).verdict is Verdict.REVOKED
        with pytest.raises(NotFoundError):
            office.erase(NUMBERS[0])
        with office.home.database.reading() as session:
            told = [(each.action, each.subject) for each in audit_entries(session)][-3:]
        assert ("learner.erase", erased.learner_id) in told
        lists = served_lists_of(office)
    register = tmp_path / "erasures.txt"
    shutil.copy(home / ERASURES, register)
    shutil.copy(home / "keys/passphrase", tmp_path / "passphrase")
    shutil.rmtree(home)
    run(copy, "backup", "restore", file, "--passphrase-file", secret, "--erasures", register, check=0)
    assert not (copy / "keys/passphrase").exists()
    assert (copy / "keys/storage.key").stat().st_mode & 0o077 == 0
    shutil.copy(tmp_path / "passphrase", copy / "keys/passphrase")
    with office_of(copy) as office:
        assert office.home.problems() == []
        assert office.home.key_problems() == []
        issued = issued_by(office, batch)
        assert len(issued) == len(before) - 1
        assert set(verdicts(office, issued)) == {Verdict.CURRENT}
        assert served_lists_of(office).keys() == lists.keys()
        assert office.home.published(theirs.code) is None
        with office.home.database.reading() as session:
            assert find_learner(session, NUMBERS[0]) is None
            assert find_learner(session, NUMBERS[1]) is not None
            issuer = own_issuer(office.home.settings, office.home.issuer)
            assert check_log(
                session, issuer.log_methods, did=issuer.did, authorities=time_authorities(office.home)
            ).holds
        assert export_batches(office.home, [batch], tmp_path / "out").documents == len(before) - 1


def served_lists_of(office):
    with office.home.database.reading() as session:
        return served_lists(session)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    home, file = make(folder / "home"), folder / "backup"
    with office_of(home) as office:
        create(office, file)
    return folder, file.read_bytes()


def create(office, file, passphrase=b"a passphrase of the backup"):
    create_backup(office.home.settings, office.home.database, file, passphrase=passphrase)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content + b"x",
        lambda content: content[:60] + bytes([content[60] ^ 1]) + content[61:],
        lambda content: b"another file altogether",
        lambda content: b"",
    ],
    ids=["cut", "half", "longer", "flipped", "other", "empty"],
)
def test_a_damaged_backup_does_not_open(kept, tmp_path, change):
    _, content = kept
    assert len(content) < CHUNK
    (tmp_path / "backup").write_bytes(change(content))
    with pytest.raises(InputError, match=r"does not open|is no backup"):
        restore(tmp_path / "backup", tmp_path / "home")


def restore(file, home, passphrase=b"a passphrase of the backup"):
    return restore_backup(file, home, passphrase=passphrase, erasures=(), deed=None)


def test_another_passphrase_and_a_full_folder_are_refused(kept, tmp_path):
    folder, content = kept
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(InputError, match="does not open"):
        restore(tmp_path / "backup", tmp_path / "home", passphrase=b"another passphrase, as long")
    with pytest.raises(ConfigurationError, match="not empty"):
        restore(tmp_path / "backup", folder / "home")
    with office_of(folder / "home") as office:
        with pytest.raises(ConfigurationError, match="too short"):
            create(office, tmp_path / "new", passphrase=b"short")
        with pytest.raises(ConfigurationError, match="new file"):
            create(office, tmp_path / "backup")
    assert not list((folder / "home").glob(".backup-*"))
