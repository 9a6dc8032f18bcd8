"""One verdict through three doors: the verifier, `POST /verify` and the command line, on 1EdTech's fixtures."""

import json

import pytest
from fastapi.testclient import TestClient
from oneedtech import DOCUMENTS, FIXTURES, pinned
from recorded import NOW
from typer.testing import CliRunner

from reference import DATA, needs_data
from vc_issuer.cli.main import command_line
from vc_issuer.config import Mode
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.web.app import create_app
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import NewHome, make_home

pytestmark = needs_data
FOLDER = DATA / "ob3/oracle/1edtech"
BASE = "https://credentials.uzb.example"


@pytest.fixture(scope="module")
def pins(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pins")
    for number, document in enumerate(DOCUMENTS.values()):
        (folder / f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def wanted():
    verifier = Verifier(TrustStore(issuers=pinned()), directly)
    return {name: verifier.verify((FOLDER / name).read_bytes(), name, NOW).verdict.value for name in FIXTURES}


def test_the_page_gives_every_fixture_the_verdict_of_the_verifier(pins, wanted, tmp_path):
    home = tmp_path / "home"
    new = NewHome(path=home, issuer=known_institution("uzb"), host="credentials.uzb.example", mode=Mode.TEST)
    make_home(new, now=utc_now())
    settings = home / "settings.toml"
    listed = json.dumps([str(path) for path in pins])
    text = settings.read_text(encoding="utf-8").replace("own = true", f"own = true\ndid_documents = {listed}")
    settings.write_text(text, encoding="utf-8")
    opened = open_home(home)
    try:
        client = TestClient(create_app(opened), base_url=BASE)
        files = [("file", (name, (FOLDER / name).read_bytes())) for name in FIXTURES]
        answer = client.post("/verify", files=files, headers={"accept": "application/json"})
    finally:
        opened.close()
    assert answer.status_code == 200
    assert {report["file"]: report["verdict"] for report in answer.json()["reports"]} == wanted


def test_the_command_line_gives_every_fixture_the_verdict_of_the_verifier(pins, wanted):
    options = [item for path in pins for item in ("--issuer", str(path))]
    files = [str(FOLDER / name) for name in FIXTURES]
    done = CliRunner().invoke(command_line(["verify"]), ["--home", "/nowhere", "verify", "--json", *options, *files])
    reports = json.loads(done.stdout)["reports"]
    assert {report["file"].removeprefix(f"{FOLDER}/"): report["verdict"] for report in reports} == wanted
    assert done.exit_code == 1
