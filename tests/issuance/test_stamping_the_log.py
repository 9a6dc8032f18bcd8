"""A home whose log is time-stamped: once for each batch, later where the authority was away, and OpenSSL agrees."""

import base64
import json
import shutil
import subprocess
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from pki import PkiServer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from offices import approve, make, office_of, prepare
from vc_issuer.cli.main import command_line
from vc_issuer.errors import ConfigurationError, RuleError
from vc_issuer.issuance.log_stamps import stamp_checkpoints
from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.issuance_log import newest_checkpoint
from vc_issuer.store.log_stamps import StoredStamp, all_stamps, keep_stamp
from vc_issuer.store.people import add_account
from vc_issuer.web.app import create_app
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.sealing import time_authorities
from vc_issuer.x509 import certificates_to_pem


@pytest.fixture(scope="module")
def server():
    with PkiServer(start=utc_now()) as running:
        yield running


@pytest.fixture(scope="module")
def approved(tmp_path_factory):
    home = make(tmp_path_factory.mktemp("approved") / "home")
    batch, digest = prepare(home, rows=1)
    approve(home, batch, digest)
    return home, batch


@pytest.fixture
def home(approved, server, tmp_path):
    """Return a home under the test's authority, whose one batch is approved."""
    path = tmp_path / "home"
    shutil.copytree(approved[0], path)
    configure(path, server)
    server.pki.now, server.pki.tsa_works = utc_now(), True
    server.pki.asked.clear()
    return path


def configure(path, server):
    settings = path / "settings.toml"
    stamping = f'[seal]\ntsa = "{server.origin}/tsa"\norigins = ["{server.origin}"]\n'
    changed = (
        settings.read_text().replace("[seal]\n", stamping).replace("[trust]\n", '[trust]\ntime_anchors = ["t.pem"]\n')
    )
    settings.write_text(changed)
    (path / "t.pem").write_bytes(certificates_to_pem(server.pki.time_anchors))


def run(path, *arguments, check=0):
    done = CliRunner().invoke(command_line(), ["--home", str(path), *map(str, arguments)])
    assert done.exit_code == check, (done.exit_code, done.output)
    return done


def stamps(path):
    with office_of(path) as office, office.home.database.reading() as session:
        return all_stamps(session)


def test_signing_a_batch_stamps_its_checkpoint_once_and_openssl_agrees(home, approved, server, tmp_path):
    run(home, "--as", "approver", "batch", "sign", approved[1])
    run(home, "--as", "approver", "batch", "sign", approved[1])
    run(home, "log", "stamp")
    assert server.pki.asked == [("POST", "/tsa")]
    note = run(home, "log", "checkpoint", "--timestamp", tmp_path / "token").stdout
    (tmp_path / "note").write_text(note)
    verified = subprocess.run(
        ["openssl", "ts", "-verify", "-data", "note", "-in", "token", "-token_in", "-CAfile", home / "t.pem"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in verified.stdout + verified.stderr, verified.stderr
    report = json.loads(run(home, "log", "verify", "--json").stdout)
    assert (report["checkpoints"], report["stamped"], report["problems"]) == (1, 1, [])
    with office_of(home) as office, office.home.database.reading() as session:
        (told,) = [entry for entry in audit_entries(session) if entry.action == "log.stamp"]
    assert (told.actor, told.subject, told.details["size"]) == ("approver", approved[1], 3)


def test_without_the_authority_a_batch_is_signed_and_the_stamp_is_fetched_later(home, approved, server, tmp_path):
    server.pki.tsa_works = False
    signed = run(home, "--as", "approver", "batch", "sign", approved[1])
    assert f"batch {approved[1]} is signed, but the checkpoint of 3 entries has no time-stamp" in signed.stderr
    assert "Fetch it later with: vc-issuer log stamp" in signed.stderr
    run(home, "batch", "publish", approved[1])
    assert json.loads(run(home, "log", "verify", "--json").stdout)["stamped"] == 0
    assert "has no time-stamp" in run(home, "log", "checkpoint", "--timestamp", tmp_path / "token", check=1).stderr
    assert "has no time-stamp" in run(home, "log", "stamp", check=3).stderr
    server.pki.tsa_works = True
    assert json.loads(run(home, "log", "stamp", "--json").stdout) == {"done": 1, "problems": []}
    assert json.loads(run(home, "log", "stamp", "--json").stdout) == {"done": 0, "problems": []}
    assert "1 checkpoints time-stamped" in run(home, "log", "verify").stdout


def test_a_holder_and_anybody_get_the_stamp_with_the_checkpoint(home, approved):
    run(home, "--as", "approver", "batch", "sign", approved[1])
    run(home, "batch", "publish", approved[1])
    with office_of(home) as office:
        client = TestClient(create_app(office.home))
        (listed,) = client.get("/log").json()["checkpoints"]
        answer = client.get(f"/log/checkpoint/{listed['size']}/timestamp")
        (kept,) = stamps(home).values()
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/cms")
        assert (answer.content, listed["stamped"]) == (kept.token, kept.time.isoformat())
        issued = next(issued_of_batch(office.home.database, approved[1], base_url=office.home.settings.base_url))
        proof = client.get(f"/c/{issued.code}.log.json").json()
        assert base64.b64decode(proof["timestamp"]) == kept.token


def test_what_an_unpinned_or_lying_authority_says_is_not_stored(home, approved, server):
    (home / "t.pem").write_bytes(certificates_to_pem(server.pki.anchors))
    signed = run(home, "--as", "approver", "batch", "sign", approved[1])
    assert "has no time-stamp" in signed.stderr
    (home / "t.pem").write_bytes(certificates_to_pem(server.pki.time_anchors))
    with office_of(home) as office:
        other = server.pki.tsa.token(b"another")
        report = stamp_checkpoints(
            office.home.database, lambda _: other, authorities=time_authorities(office.home), deed=office.deed()
        )
        assert report.done == 0
        assert "doesn't hold: it is over something else" in report.problems[0]
    assert stamps(home) == {}


def test_nobody_is_asked_inside_a_transaction_and_a_second_token_is_dropped(home, approved, server):
    """Another writer stores a token while the authority is being asked: it gets its turn, and the first one stays."""
    server.pki.tsa_works = False
    run(home, "--as", "approver", "batch", "sign", approved[1])
    with office_of(home) as office, office_of(home) as another:
        first = server.pki.tsa

        def ask(note):
            with another.home.database.writing() as session:
                size = newest_checkpoint(session).size
                assert keep_stamp(session, StoredStamp(size=size, time=utc_now(), token=b"first"))
            return type(first)(**{**vars(first), "time": utc_now()}).token(note)

        report = stamp_checkpoints(
            office.home.database, ask, authorities=time_authorities(office.home), deed=office.deed()
        )
    assert (report.done, report.problems) == (0, ())
    assert [stamp.token for stamp in stamps(home).values()] == [b"first"]
    assert "the time-stamp of the checkpoint of 3 entries doesn't hold" in run(home, "log", "verify", check=1).stderr


@pytest.mark.parametrize("statement", ["DELETE FROM log_stamps", "UPDATE log_stamps SET token = x'00'"])
def test_the_database_changes_no_stamp(home, approved, statement):
    run(home, "--as", "approver", "batch", "sign", approved[1])
    with (
        office_of(home) as office,
        pytest.raises(DBAPIError, match="append-only"),
        office.home.database.writing() as session,
    ):
        session.connection.execute(text(statement))


def test_without_an_authority_or_a_role_nobody_stamps(approved, home):
    with office_of(approved[0]) as office, pytest.raises(ConfigurationError, match="no time-stamp authority"):
        office.stamp_log()
    with office_of(home) as office, office.home.database.writing() as session:
        add_account(session, "clerk", roles=[], deed=office.deed())
    with office_of(home, "clerk") as office, pytest.raises(RuleError, match="may not do this"):
        office.stamp_log()


def test_an_authority_without_an_anchor_is_a_problem_of_the_settings(home):
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace('time_anchors = ["t.pem"]\n', ""))
    assert "seal.tsa needs an anchor" in run(home, "check-config", check=78).output


def test_a_stamped_proof_outlives_the_theft_of_both_keys_by_command(home, approved, tmp_path):
    run(home, "--as", "approver", "batch", "sign", approved[1])
    run(home, "batch", "publish", approved[1])
    out = tmp_path / "out"
    keys = json.loads(run(home, "keys", "list", "--json").stdout)["keys"]
    stolen = [key["id"] for key in keys if key["purpose"] in {"credential", "metadata"}]
    # However long signing took: the theft is after the checkpoint and after its stamp.
    theft = utc_now().replace(microsecond=0) + timedelta(seconds=1)
    while utc_now() < theft:
        run(home, "log", "verify")
    for key in stolen:
        run(home, "keys", "compromise", key, "--at", theft.isoformat())
    for purpose in ("credential", "metadata"):
        run(home, "keys", "rotate", purpose)
    assert json.loads(run(home, "log", "verify", "--json").stdout)["problems"] == []
    run(home, "batch", "export", approved[1], "--out", out)
    manifest = json.loads((out / "manifest.json").read_text())
    badge = out / manifest["credentials"][0]["files"]["ob3"]
    (proof,) = (out / "log").iterdir()
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps({k: v for k, v in json.loads(proof.read_text()).items() if k != "timestamp"}))
    lists = [part for one in manifest["status_lists"] for part in ("--status-list", out / one["file"])]
    pins = ("--offline", "--issuer", out / manifest["did_document"], *lists)
    elsewhere = tmp_path / "elsewhere"
    run(elsewhere, "verify", badge, *pins, "--log", proof, "--time-anchor", home / "t.pem")
    run(elsewhere, "verify", badge, *pins, "--log", proof, check=3)
    refused = run(elsewhere, "verify", badge, *pins, "--log", bare, "--time-anchor", home / "t.pem", check=3)
    assert "no key of the log that stands" in refused.output
