"""A command's module is imported when that command is called, and help still names them all."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from vc_issuer.cli.main import COMMANDS, command_line, command_named
from vc_issuer.config import Mode
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.homemaking import NewHome, make_home


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["verify", "file.pdf"], "verify"),
        (["--home", "batch", "verify", "file.pdf"], "verify"),
        (["--home=batch", "--as", "keys", "status", "revoke"], "status"),
        (["--help"], None),
        (["nonsense"], None),
        ([], None),
    ],
)
def test_the_command_is_told_from_the_values_of_options(arguments, command):
    assert command_named(arguments) == command


def test_help_names_every_command():
    shown = CliRunner().invoke(command_line(), ["--help"]).output
    assert [name for name in COMMANDS if f"│ {name} " not in shown] == []


MAKE_HOMES = {"init", "check-config", "demo", "keys", "bench"}  # they, and what shares a module with them


def modules_of(command):
    program = (
        f"import sys; from vc_issuer.cli.main import command_line; command_line([{command!r}]); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_starts_without_what_few_of_its_calls_need(command):
    loaded = modules_of(command)
    assert f"vc_issuer.cli.{COMMANDS[command].module}" in loaded
    assert not {"pyld", "requests"} & loaded
    if command not in {"serve", "bench"}:
        assert not {"fastapi", "uvicorn", "vc_issuer.web.app"} & loaded
    if command not in MAKE_HOMES:
        assert not {"alembic", "sqlalchemy.dialects.postgresql"} & loaded


@pytest.mark.parametrize("words", [("--at", "yesterday"), ("--lang", "xx"), ("--issuer", "/no/such/did.json")])
def test_a_wrong_option_of_verify_is_usage_and_never_the_answer_no(words, tmp_path):
    file = tmp_path / "file.json"
    file.write_text("{}")
    assert CliRunner().invoke(command_line(["verify"]), ["verify", str(file), *words]).exit_code == 2


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bench", "--work", "nothing"], "no work is named"),
        (["worker"], "workers need"),
        (["bench", "--work", "twin-stored-postgresql", "--postgresql", "postgresql+psycopg://x/y"], "psycopg"),
    ],
)
def test_without_the_packages_of_postgresql_a_command_says_so(words, said, tmp_path):
    make_home(
        NewHome(path=tmp_path / "home", issuer=known_institution("uzb"), host="uzb.example", mode=Mode.DEMO),
        now=utc_now(),
    )
    code = "import sys; sys.modules['psycopg'] = None; from vc_issuer.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", tmp_path / "home", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
