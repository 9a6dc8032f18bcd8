"""The house rules that no linter knows (style part 1)."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from reference import ROOT
from vc_issuer.store.database import REVISION
from vc_issuer.store.migrating import migration_config

SOURCE = ROOT / "src" / "vc_issuer"
MODULES = sorted(SOURCE.rglob("*.py"))
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_RUN_TIME_DEPENDENCIES = 31
# A module that exists to choose a backend may import it late; nothing else does (decisions 8.4).
LATE_IMPORTS = {"signers/registry.py"}


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_file_stays_small_enough_to_read(module):
    assert len(module.read_text().splitlines()) <= MAX_FILE_LINES


def test_files_of_tests_and_scripts_stay_small_enough_to_read():
    files = [file for folder in ("tests", "scripts") for file in (ROOT / folder).rglob("*.py")]
    own = [file for file in files if "node_modules" not in file.parts]
    assert [file.name for file in own if len(file.read_text().splitlines()) > MAX_FILE_LINES] == []


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_functions_stay_short_and_modules_speak(module):
    tree = ast.parse(module.read_text())
    assert ast.get_docstring(tree), "every module says what it is"
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_nothing_is_asserted_swallowed_or_imported_late(module):
    tree = ast.parse(module.read_text())
    asserts = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert asserts == [], "python -O removes asserts"
    late = [
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert late == [] or named(module) in LATE_IMPORTS
    broad = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert broad == [] or named(module) in {"web/problems.py", "sandbox.py"}


def test_clock_and_randomness_are_arguments_below_wiring():
    banned = re.compile(r"datetime\.now|date\.today|time\.time\(|uuid4\(|os\.environ|os\.getenv|secrets\.|SystemRandom")
    above = {"cli", "web", "wiring", "wiring.py", "config.py", "bench"}
    found = {
        named(module): line
        for module in MODULES
        if module.relative_to(SOURCE).parts[0] not in above
        for line in module.read_text().splitlines()
        if banned.search(line) and "crypto randomness" not in line
    }
    assert found == {}


def test_locks_hold_hashes_and_no_addresses():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        pins = [line for line in text.splitlines() if "==" in line]
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)


def test_run_time_dependencies_stay_few():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert len(project["dependencies"]) <= MAX_RUN_TIME_DEPENDENCIES


def test_no_name_says_nothing():
    hollow = {"utils", "helpers", "manager", "misc", "common"}
    assert [named(module) for module in MODULES if module.stem in hollow] == []


def test_what_a_home_signs_says_what_it_is():
    """A raw signer signs anything; whoever holds a home's key goes through its purpose (threat T11)."""
    raw = re.compile(r"\bkey\.signer\.sign\(|\bkeys\.\w+\.signer\.sign\(")
    assert [named(module) for module in MODULES if raw.search(module.read_text())] == []


def test_the_revision_that_opening_needs_is_the_newest_migration():
    assert ScriptDirectory.from_config(migration_config()).get_current_head() == REVISION
