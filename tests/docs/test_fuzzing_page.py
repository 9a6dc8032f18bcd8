"""docs/fuzzing.md tells of a run of every decoder, and of tests that are there."""

import re

from property.decoders import DECODERS
from reference import ROOT

PAGE = (ROOT / "docs" / "fuzzing.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| (guided|random) \| ([\d,]+) \| (\d+) \|$", PAGE, re.MULTILINE)


def test_the_table_names_every_decoder_in_order():
    assert [row[0] for row in ROWS] == [decoder.name for decoder in DECODERS]


def test_every_decoder_was_tried():
    assert all(float(minutes) > 0 and int(attempts.replace(",", "")) > 0 for _, minutes, _, attempts, _ in ROWS)


def test_the_tests_that_keep_what_was_found_are_there():
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
    assert named
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"
