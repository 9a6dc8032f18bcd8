"""The benchmark measures what it says, and answers in the form that the outside reads; no figure is asserted."""

import json
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from vc_issuer.bench.clock import Cost, UnitClock
from vc_issuer.bench.plot import draw_plot
from vc_issuer.bench.row import PeerCost, Row
from vc_issuer.bench.run import ROWS, as_json
from vc_issuer.cli.main import command_line


def row(name="ob3-issue", units=3.5, peer=None):
    return Row(work=name, cost=Cost(units=units, least=3.0, most=4.0), peer=peer)


def test_the_rows_have_the_names_that_the_outside_knows():
    known = {
        "ob3-issue", "ob3-issue-selfverify", "twin-stored", "twin-stored-2-cores", "twin-stored-postgresql",
        "ob3-verify-known", "ob3-verify-foreign", "elm-seal", "elm-verify", "pdf", "pdf-sealed", "status-list-10m",
    }  # fmt: skip
    assert set(ROWS) - known == {"ob3-report-known"}
    assert len(set(ROWS) & known) >= 10


def test_units_are_the_cost_over_the_unit_of_the_same_run():
    clock = UnitClock()
    clock.unit()
    peer = PeerCost(name="@digitalbazaar/vc 7.3.0", units=350.0, ratio=100.0)
    answer = as_json([row(peer=peer), row("elm-seal", 9.0)], clock)
    first, second = answer["rows"]
    assert first["cpu_us"] == pytest.approx(first["units"] * answer["unit_us"])
    assert first["peer_cpu_us"] == pytest.approx(first["cpu_us"] * first["peer_ratio"])
    assert first["peer"] == "@digitalbazaar/vc 7.3.0"
    assert second["peer"] is None
    json.dumps(answer)


def test_a_clock_measures_work_for_as_often_as_it_says():
    clock, done = UnitClock(), []

    def work(count):
        done.append(count)
        sum(range(2_000 * count))

    cost = clock.cost(work, rounds=3)
    assert cost.least <= cost.units <= cost.most
    assert len(set(done[-3:])) == 1


def test_the_plot_is_sound_svg_and_names_every_row():
    peer = PeerCost(name="@digitalbazaar/vc <7>", units=350.0, ratio=100.0)
    drawn = draw_plot([row(peer=peer), row("status-list-10m", 2000.0)], 42.0)
    texts = "".join(ET.fromstring(drawn).itertext())
    assert "ob3-issue" in texts
    assert "status-list-10m" in texts
    assert "<7>" in texts


def test_the_command_measures_one_row_and_says_what_it_does_not_know():
    app = command_line(("bench",))
    done = CliRunner().invoke(app, ["bench", "--work", "nonsense", "--json"])
    assert done.exit_code == 1
    done = CliRunner().invoke(app, ["bench", "--work", "elm-seal", "--json"])
    assert done.exit_code == 0
    [found] = json.loads(done.stdout)["rows"]
    assert found["work"] == "elm-seal"
    assert found["units"] > 1
