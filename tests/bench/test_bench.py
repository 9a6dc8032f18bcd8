"""The benchmark measures what it says, and answers in the form that the outside reads; no figure is asserted."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from postgres import postgresql_url
from vc_issuer.bench import files
from vc_issuer.bench.clock import Cost, Laps, UnitClock
from vc_issuer.bench.given import as_2019, given_to_peers
from vc_issuer.bench.inputs import bench_inputs
from vc_issuer.bench.peer import PEERS, Peer
from vc_issuer.bench.plot import draw_plot
from vc_issuer.bench.row import PeerCost, Row
from vc_issuer.bench.run import ROWS, as_json, run_rows
from vc_issuer.bench.twins import LANGUAGE, decided_work
from vc_issuer.cli.main import command_line
from vc_issuer.errors import ConfigurationError, InputError, RuleError
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import Verdict
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.keys import key_opener

BAZAAR = PeerCost(name="@digitalbazaar/vc <7>", units=350.0, ratio=100.0, does="proof, period")
CORE = PeerCost(name="@digitalcredentials/verifier-core 1.0.0", units=700.0, ratio=200.0, does="proof, status")

NODE_MODULES = Path(__file__).resolve().parents[2] / "benchmarks" / "peer" / "node_modules"
needs_peers = pytest.mark.skipif(
    shutil.which("node") is None or not NODE_MODULES.is_dir(),
    reason="the peers are not at hand: run npm ci in benchmarks/peer",
)


def row(name="ob3-issue", units=3.5, peers=()):
    return Row(work=name, cost=Cost(units=units, least=3.0, most=4.0), peers=peers)


@pytest.fixture(scope="module")
def inputs():
    with bench_inputs() as made:
        yield made


def test_the_rows_have_the_names_that_the_outside_knows():
    known = {
        "ob3-issue", "ob3-issue-selfverify", "twin-stored", "batch-signed", "twin-stored-2-cores",
        "twin-stored-postgresql",
        "ob3-verify-known", "ob3-verify-foreign", "elm-seal", "elm-verify", "pdf", "pdf-sealed", "status-list-10m",
    }  # fmt: skip
    by_kind = {
        "ob3-report-known", "ob3-verify-png", "ob3-verify-svg", "ob3-verify-jwt", "pdf-verify", "presentation-verify",
        "zip-verify", "qr-verify",
    }  # fmt: skip
    assert set(ROWS) - known == by_kind
    assert len(set(ROWS) & known) >= 10


def test_units_are_the_cost_over_the_unit_of_the_same_run():
    clock = UnitClock()
    clock.unit()
    answer = as_json([row(peers=[BAZAAR, CORE]), row("elm-seal", 9.0)], clock)
    first, second = answer["rows"]
    assert first["cpu_us"] == pytest.approx(first["units"] * answer["unit_us"])
    assert first["peer_cpu_us"] == pytest.approx(first["cpu_us"] * first["peer_ratio"])
    assert second["peer"] is None
    assert second["peers"] == []
    json.dumps(answer)


def test_every_peer_of_a_row_is_named_with_what_it_does():
    [found] = as_json([row(peers=[BAZAAR, CORE])], UnitClock())["rows"]
    assert found["peer"] == BAZAAR.name
    assert [each["peer"] for each in found["peers"]] == [BAZAAR.name, CORE.name]
    assert [each["peer_does"] for each in found["peers"]] == ["proof, period", "proof, status"]
    assert found["peers"][1]["peer_cpu_us"] == pytest.approx(found["cpu_us"] * 200)


def test_a_clock_measures_work_for_as_often_as_it_says():
    clock, done = UnitClock(), []

    def work(count):
        done.append(count)
        sum(range(2_000 * count))

    cost = clock.cost(work, rounds=3)
    assert cost.least <= cost.units <= cost.most
    assert len(set(done[-3:])) == 1


def test_the_plot_is_sound_svg_and_names_every_row_and_peer():
    drawn = draw_plot([row(peers=[BAZAAR, CORE]), row("status-list-10m", 2000.0)], 42.0)
    root = ET.fromstring(drawn)
    texts = "".join(root.itertext())
    assert "ob3-issue" in texts
    assert "status-list-10m" in texts
    assert "<7>" in texts
    assert "verifier-core" in texts
    _, *drawn_bars = root.iter("{http://www.w3.org/2000/svg}rect")
    bars = [(float(each.get("y")), each.get("fill")) for each in drawn_bars]
    assert len({y for y, _ in bars}) == len(bars) == 4
    assert len({colour for _, colour in bars}) == 3


def test_every_kind_of_file_is_what_its_row_says_and_verifies(inputs):
    home = inputs.home
    with key_opener(home.settings.home)({KeyPurpose.CREDENTIAL}) as keys:
        tokens = files.tokens(inputs, keys.of(KeyPurpose.CREDENTIAL))
    found = {
        b'{"@context"': files.badges(inputs)[0],
        b"\x89PNG": files.baked_png(inputs)[0],
        b"<svg": files.baked_svg(inputs)[0],
        b"%PDF-": files.printed(inputs)[0],
        b"eyJ": tokens[0],
        b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"]': files.presentations(
            inputs, files.holder_key()
        )[0],
        b"PK": files.archive(inputs),
        b"\xff\xd8\xff": files.photos(inputs)[0],
    }
    verifier = Verifier(home.trust(), directly)
    for start, content in found.items():
        assert content.startswith(start)
        assert verifier.verify(content, "file", home.now()).verdict is Verdict.CURRENT
    assert len(verifier.verify(files.archive(inputs), "zip", home.now()).parts) == files.ZIPPED


def test_a_schema_of_an_older_draft_says_the_same():
    newer = {"properties": {"a": {"prefixItems": [{"type": "string"}, {"type": "number"}], "items": False}}}
    older = jsonschema_rs.Draft201909Validator(as_2019(newer))
    assert older.is_valid({"a": ["x", 1]})
    assert not older.is_valid({"a": [1, "x"]})
    assert not older.is_valid({"a": ["x", 1, 2]})


def test_peers_are_given_all_that_the_badges_name(inputs):
    given = given_to_peers(inputs)
    for text in given["secured"]:
        badge = json.loads(text)
        assert badge["credentialStatus"]["statusListCredential"] in given["pages"]
        assert badge["credentialSchema"][0]["id"] in given["pages"]
        assert set(badge["@context"]) <= set(given["documents"])
        assert badge["proof"][0]["verificationMethod"] in given["documents"]
    json.dumps(given)


@needs_peers
@pytest.mark.parametrize("program", PEERS, ids=lambda program: program.package)
def test_each_peer_verifies_what_it_is_given_and_refuses_what_was_altered(program, inputs):
    given = given_to_peers(inputs)
    with Peer(program) as peer:
        peer.begin(given)
        assert {"verify", "present"} <= set(peer.works)
        for work in peer.works:
            assert peer.cpu_us(work, 2) > 0
    altered = [text.replace("9000001", "9000002") for text in given["secured"][:1]]
    with Peer(program) as peer:
        peer.begin({**given, "secured": altered})
        with pytest.raises(ConfigurationError, match="failed"):
            peer.cpu_us("verify", 1)


def test_the_command_measures_one_row_and_says_what_it_does_not_know():
    app = command_line(("bench",))
    done = CliRunner().invoke(app, ["bench", "--work", "nonsense", "--json"])
    assert done.exit_code == 1
    done = CliRunner().invoke(app, ["bench", "--work", "elm-seal", "--json"])
    assert done.exit_code == 0
    [found] = json.loads(done.stdout)["rows"]
    assert found["work"] == "elm-seal"
    assert found["units"] > 1


@pytest.mark.parametrize("name", ["twin-stored", "batch-signed"])
def test_twins_are_stored_in_a_home_of_their_own(name):
    clock = UnitClock()
    [found] = as_json(list(run_rows([name], clock, with_peers=False, count=20)), clock)["rows"]
    assert found["work"] == name
    assert found["documents"] > 10
    assert found["units"] > 2


def test_a_twin_that_was_not_stored_is_found():
    with decided_work(20) as work:
        documents = work.store_prepared(Laps(UnitClock()))
        with pytest.raises(RuleError, match="not every twin"):
            work.check(documents)
        work.store_secured(Laps(UnitClock()))
        work.check(documents)
        with pytest.raises(RuleError, match="not every twin"):
            work.check(documents + 1)


def test_the_twins_of_a_document_in_one_language_are_an_elm_and_a_badge():
    with decided_work(20) as work:
        assert all(due.languages == (LANGUAGE,) for some in work.decided() for each in some for due in each.documents)
        work.store_prepared(Laps(UnitClock()))
        with work.home.database.reading() as session:
            parts = prepared_parts(session, work.batch_id, first=1, last=3)
    assert [(part.format, part.language) for part in parts] == 3 * [(FormatName.ELM, ""), (FormatName.OB3, LANGUAGE)]


def test_laps_add_up_and_leave_out_what_lies_between():
    clock = UnitClock()
    laps = Laps(clock)
    laps.go()
    sum(range(200_000))
    laps.end()
    once = laps.units
    sum(range(2_000_000))
    assert laps.units == once
    laps.go()
    laps.end()
    assert 0 < once < laps.units


def test_workers_store_twins_in_postgresql():
    clock = UnitClock()
    with postgresql_url() as url:
        rows = list(run_rows(["twin-stored-postgresql"], clock, with_peers=False, count=20, postgresql=url))
    [found] = as_json(rows, clock)["rows"]
    assert found["documents"] > 10
    assert found["speedup"] > 0
    assert found["of_sqlite"] > 0


def test_rows_of_workers_say_that_they_need_a_database():
    with pytest.raises(InputError, match="needs a database"):
        list(run_rows(["twin-stored-postgresql"], UnitClock(), with_peers=False))
