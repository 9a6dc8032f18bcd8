"""One demonstration for all end-to-end tests: what `make demo` wrote, or a fresh one that all workers share."""

import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from e2e.browsing import CHROMIUM
from e2e.issued import PROGRAM, Issued, copy_home


@pytest.fixture(scope="session")
def issued(tmp_path_factory):
    """Give the demonstration that the environment names (`make demo` made it), or make one."""
    ready = os.environ.get("VC_ISSUER_DEMO_OUT")
    out = Path(ready) if ready else made_once(tmp_path_factory)
    return Issued(out, json.loads((out / "manifest.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def chromium():
    """Give one browser for all the pages of a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def made_once(tmp_path_factory):
    """Make the demonstration where every worker finds it; who comes second waits for it."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    out, is_made = folder / "demo", folder / "demo-is-made"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_made.exists():
            done = subprocess.run(
                [*PROGRAM, "demo", "--out", out], check=False, capture_output=True, text=True, timeout=800
            )
            assert done.returncode == 0, done.stderr
            is_made.touch()
    return out


@pytest.fixture
def own_home(issued, tmp_path):
    """Give a copy of the demonstration's home that a test may change."""
    return copy_home(issued.home, tmp_path / "home")
