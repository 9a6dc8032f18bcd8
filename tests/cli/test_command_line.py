"""A command's module is imported when that command is called, and help still names them all."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from vc_issuer.cli.main import COMMANDS, command_line, command_named


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
