"""What was issued, as files, and the command line as a user types it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from vc_issuer.cli.main import main; main()"]


@dataclass
class Issued:
    out: Path
    manifest: dict

    @property
    def home(self):
        return self.out / "home"

    @property
    def credentials(self):
        return self.manifest["credentials"]

    @staticmethod
    def step(usual):
        """Take every so many-eth file of a slow check; with VC_ISSUER_EVERY_FILE every one."""
        return 1 if os.environ.get("VC_ISSUER_EVERY_FILE") else usual

    def first(self, kind):
        return next(each for each in self.credentials if each["document"] == kind)

    def path(self, entry, name):
        return self.out / entry["files"][name]

    def badges(self):
        for entry in self.credentials:
            for name in (entry["files"]["ob3"], *entry["ob3_other"].values()):
                yield self.out / name

    def badge(self, entry):
        return json.loads(self.path(entry, "ob3").read_bytes())

    def elm(self, entry):
        return json.loads(json.loads(self.path(entry, "elm").read_bytes())["payload"])


def run(home, *arguments, check=None, timeout=800, said=None):
    """Run the command line, with `said` on standard input; returns the finished process with text output."""
    command = [*PROGRAM, *(("--home", str(home)) if home else ()), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout, input=said)
    assert "Traceback" not in done.stderr, done.stderr
    if check is not None:
        assert done.returncode == check, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def copy_home(home, copy):
    """Copy a home while others may read and write its database; returns where the copy is."""
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("*.sqlite*"))
    name = "vc_issuer.sqlite"
    with closing(sqlite3.connect(home / name)) as theirs, closing(sqlite3.connect(copy / name)) as own:
        theirs.backup(own)
    return copy
