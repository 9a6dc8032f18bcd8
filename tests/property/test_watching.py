"""The watch of `scripts/fuzz.py`: what it calls a finding, how often it counts one, and what outlives the process."""

import os
import subprocess
import sys
import time

import pytest

from property.decoder import Decoder
from property.watching import Findings, Record, attempt
from reference import ROOT
from vc_issuer.errors import UnreadableError


@pytest.fixture
def watched(tmp_path):
    record, findings = Record(tmp_path / "x.record"), Findings(tmp_path)

    def watch(decode, *contents, **limits):
        for content in contents:
            attempt(Decoder("planted", decode, ()), content, record, findings, **limits)
        return findings.of("planted"), record

    return watch


def refuse(content):
    raise UnreadableError("it is no such thing")


def stumble(content):
    return content[4] if content.startswith(b"x") else int(content)


def dawdle(_content):
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass


def test_an_answer_and_a_refusal_of_ours_are_no_findings(watched):
    assert watched(len, b"", b"abc")[0] == watched(refuse, b"abc")[0] == []


def test_anything_else_that_is_raised_is_one_for_each_place(watched):
    found, record = watched(stumble, b"a", b"b", b"x", b"xy", b"12")
    assert len(found) == 2  # ValueError and IndexError, on one line
    assert record.attempts == 5


def test_the_input_that_was_found_first_is_kept(watched):
    [found], _ = watched(stumble, b"a", b"b")
    assert found.with_suffix(".bin").read_bytes() == b"a"
    assert "ValueError at test_watching.py, stumble" in found.read_text(encoding="utf-8")


def test_what_takes_long_is_a_finding_though_it_answers(watched):
    [found], _ = watched(dawdle, b"a", slow_s=0.01)
    assert "s of CPU time" in found.read_text(encoding="utf-8")


def test_counts_and_input_outlive_a_process_that_dies(tmp_path):
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path;"
        "from property.watching import *; from property.decoder import Decoder;"
        "record = Record(Path(sys.argv[2])); findings = Findings(Path(sys.argv[2]).parent);"
        "decoder = Decoder('planted', lambda content: os.abort() if content == b'deadly' else None, ());"
        "[attempt(decoder, content, record, findings) for content in (b'a', b'b', b'deadly', b'c')]"
    )
    path = tmp_path / "x.record"
    command = [sys.executable, "-c", program, str(ROOT / "tests"), str(path)]
    assert subprocess.run(command, check=False, env={**os.environ, "PYTHONFAULTHANDLER": ""}).returncode < 0
    assert (Record(path).attempts, Record(path).content) == (3, b"deadly")
