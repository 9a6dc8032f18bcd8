"""One demonstration for all end-to-end tests: what `make demo` writes, or a fresh one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from e2e.issued import PROGRAM, Issued


@pytest.fixture(scope="session")
def issued(tmp_path_factory):
    """Give the demonstration that the environment names (`make demo` made it), or make one."""
    ready = os.environ.get("VC_ISSUER_DEMO_OUT")
    out = Path(ready) if ready else tmp_path_factory.mktemp("demo") / "out"
    if not ready:
        done = subprocess.run(
            [*PROGRAM, "demo", "--out", out], check=False, capture_output=True, text=True, timeout=280
        )
        assert done.returncode == 0, done.stderr
    return Issued(out, json.loads((out / "manifest.json").read_text(encoding="utf-8")))


@pytest.fixture
def own_home(issued, tmp_path):
    """Give a copy of the demonstration's home that a test may change."""
    home = tmp_path / "home"
    shutil.copytree(issued.home, home)
    return home
