"""RFC 9111: what the headers of an answer say of its life, clause by clause."""

from datetime import UTC, datetime
from email import message_from_string

import pytest

from vc_issuer.freshness import Freshness, freshness_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATE = "Date: Tue, 24 Nov 2026 12:00:00 GMT\n"


def read(headers):
    return freshness_of(message_from_string(headers + "\n"), NOON)


@pytest.mark.parametrize(
    ("headers", "lifetime_s"),
    [
        ("", None),
        ("Cache-Control: public\n", None),
        ("Cache-Control: max-age=600\n", 600),
        ('Cache-Control: public, Max-Age="600"\n', 600),
        ("Cache-Control: public\nCache-Control: max-age=600\n", 600),
        ("Cache-Control: max-age=600, max-age=9000\n", 600),
        ("Cache-Control: max-age=600, s-maxage=60\n", 60),  # a cache that several people share: section 5.2.2.10
        ("Cache-Control: max-age=soon\n", 0),
        ("Cache-Control: max-age=-5\n", 0),
        ("Cache-Control: max-age=٣\n", 0),
        ("Cache-Control: max-age=" + "9" * 400 + "\n", 10**9),
        ('Cache-Control: note="max-age=5", max-age=600\n', 600),
        ("Cache-Control: max-age=600, no-store\n", 0),
        ("Cache-Control: no-cache\n", 0),
        ('Cache-Control: private="x", max-age=600\n', 0),
        ("Cache-Control: max-age=600\nVary: *\n", 0),
        ("Cache-Control: max-age=600\nAge: 100\n", 500),
        ("Cache-Control: max-age=600\nAge: 700\n", 0),
        ("Cache-Control: max-age=600\nDate: Tue, 24 Nov 2026 11:58:00 GMT\nAge: 100\n", 480),
        ("Cache-Control: max-age=600\nDate: Tue, 24 Nov 2026 13:00:00 GMT\n", 600),
        (DATE + "Expires: Tue, 24 Nov 2026 12:10:00 GMT\n", 600),
        ("Expires: Tue, 24 Nov 2026 12:10:00 GMT\n", 600),
        (DATE + "Expires: Tue, 24 Nov 2026 12:10:00 GMT\nCache-Control: max-age=60\n", 60),
        (DATE + "Expires: 0\n", 0),
        (DATE + "Expires: Mon, 23 Nov 2026 12:10:00 GMT\n", 0),
        ("Date: never\nCache-Control: max-age=60\n", 60),
    ],
)
def test_the_life_of_an_answer_is_what_its_headers_say(headers, lifetime_s):
    assert read(headers).lifetime_s == lifetime_s


@pytest.mark.parametrize(
    ("headers", "conditions"),
    [
        ('ETag: "abc"\n', {"If-None-Match": '"abc"'}),
        ('ETag: W/"abc"\n' + "Last-Modified: Tue, 24 Nov 2026 12:00:00 GMT\n", {"If-None-Match": 'W/"abc"'}),
        (
            "Last-Modified: Tue, 24 Nov 2026 12:00:00 GMT\n",
            {"If-Modified-Since": "Tue, 24 Nov 2026 12:00:00 GMT"},
        ),
        ("ETag: abc\n", {}),
        ('ETag: "a\x01b"\n', {}),
        ('ETag: "' + "a" * 300 + '"\n', {}),
        ('ETag: "a"\r\n X: "b"\n', {}),
        ("Last-Modified: yesterday\n", {}),
        ("", {}),
    ],
)
def test_a_server_is_asked_with_what_it_gave_and_nothing_that_could_end_a_header(headers, conditions):
    assert read(headers).conditions() == conditions


def test_an_answer_that_still_holds_takes_the_new_words_and_keeps_the_old_ones():
    earlier = Freshness(lifetime_s=60, etag='"a"')
    assert Freshness().after(earlier) == earlier
    assert Freshness(lifetime_s=5, etag='"b"').after(earlier) == Freshness(lifetime_s=5, etag='"b"')
