"""What strict JSON refuses, and what it must not refuse."""

import json

import pytest

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import UnreadableError

LIMITS = JsonLimits(size=64 * 1024, depth=4, nodes=100)


def parse(text, limits=LIMITS):
    return parse_strict(text if isinstance(text, bytes) else text.encode(), limits=limits)


@pytest.mark.parametrize(
    "value",
    [
        {"quoted": 'a "quoted" word [[[[[['},
        {"backslash": "\\", "then": "[[[[[[{{{{"},
        {"both": '\\"[[[[[\\\\"{{{{'},
        {"lines": "one\ntwo\u2028three"},
        ["ü", "𠮷", "\u0000", 1.5, -0.0, True, None],
    ],
)
def test_brackets_inside_text_are_no_nesting(value):
    assert parse(json.dumps(value)) == value
    assert parse(serialise_compact(value)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":2}', "stands twice"),
        ("NaN", "no JSON number"),
        ("[Infinity]", "no JSON number"),
        ("1e999", "out of range"),
        ("1" * 25, "digits"),
        ('["\\ud800"]', "half a character"),
        ('{"\\udfff":1}', "half a character"),
        ("[[[[[1]]]]]", "levels deep"),
        ('{"a":[{"b":[[1]]}]}', "levels deep"),
        (json.dumps(list(range(200))), "values"),
        (b"\xff", "UTF-8"),
        (b"\xed\xa0\x80", "UTF-8"),
        ('{"a":', "well-formed"),
        ("", "well-formed"),
        ("{} {}", "well-formed"),
        (b'"' + b"a" * 70_000 + b'"', "KiB"),
    ],
)
def test_what_readers_disagree_on_is_refused(text, reason):
    with pytest.raises(UnreadableError, match=reason):
        parse(text)


def test_a_text_without_an_end_costs_one_pass():
    # Quadratic work over these eight megabytes would run into the suite's time limit many times over.
    wide = JsonLimits(size=16 * 1024 * 1024, depth=4, nodes=100)
    with pytest.raises(UnreadableError, match="well-formed"):
        parse(b'["' + b'\\"a' * 2_700_000, wide)


def test_a_byte_order_mark_is_passed_over():
    assert parse(b"\xef\xbb\xbf{}") == {}
