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


def test_verifying_imports_no_web_framework():
    program = "import sys; from vc_issuer.cli.main import command_line; command_line(['verify']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "vc_issuer.verification.verify" in loaded
    assert not {"fastapi", "uvicorn", "vc_issuer.web.app"} & set(loaded)


@pytest.mark.parametrize("words", [("--at", "yesterday"), ("--lang", "xx"), ("--issuer", "/no/such/did.json")])
def test_a_wrong_option_of_verify_is_usage_and_never_the_answer_no(words, tmp_path):
    file = tmp_path / "file.json"
    file.write_text("{}")
    assert CliRunner().invoke(command_line(["verify"]), ["verify", str(file), *words]).exit_code == 2
