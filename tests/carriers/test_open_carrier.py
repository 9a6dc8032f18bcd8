"""One door for every kind of file: by its bytes, not its name."""

import pytest
from carried_samples import JSON_CREDENTIAL, JWS_CREDENTIAL, SVG, pdf, png
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.carriers.open import MOST_FILE_BYTES, Carried, CarrierKind, open_carrier
from vc_issuer.carriers.pdf import ELM_NAME, OB3_NAME, attach
from vc_issuer.carriers.png import bake_png
from vc_issuer.carriers.svg import bake_svg
from vc_issuer.errors import UnreadableError


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JSON_CREDENTIAL, CarrierKind.JSON),
        (JWS_CREDENTIAL, CarrierKind.JWS),
        (bake_png(png(), JSON_CREDENTIAL), CarrierKind.PNG),
        (bake_svg(SVG, JWS_CREDENTIAL), CarrierKind.SVG),
    ],
    ids=lambda value: value.value if isinstance(value, CarrierKind) else "",
)
def test_each_kind_gives_its_credential_under_a_misleading_name(content, kind):
    credential = JSON_CREDENTIAL if kind in {CarrierKind.JSON, CarrierKind.PNG} else JWS_CREDENTIAL
    assert open_carrier(content, name="photo.exe") == [Carried(kind=kind, name="photo.exe", content=credential)]


def test_pdf_gives_every_credential_with_the_text_around():
    files = {
        OB3_NAME: (JSON_CREDENTIAL, "application/vc+ld+json", ""),
        ELM_NAME: (JWS_CREDENTIAL, "application/jose", ""),
        "photo.jpg": (b"\xff\xd8\xff", "image/jpeg", ""),
    }
    found = open_carrier(attach(pdf("Zoe"), files))
    assert [(carried.kind, carried.name, carried.content, carried.text) for carried in found] == [
        (CarrierKind.PDF, ELM_NAME, JWS_CREDENTIAL, "Zoe"),
        (CarrierKind.PDF, OB3_NAME, JSON_CREDENTIAL, "Zoe"),
    ]


def test_white_space_around_a_jws_is_no_part_of_it():
    (found,) = open_carrier(b"\n" + JWS_CREDENTIAL + b" \r\n")
    assert found.content == JWS_CREDENTIAL


def test_json_is_passed_on_untouched():
    (found,) = open_carrier(b"\n" + JSON_CREDENTIAL + b"\n")
    assert found.content == b"\n" + JSON_CREDENTIAL + b"\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no kind"),
        (b"hello", "no kind"),
        (b"PK\x03\x04", "cut off"),
        (b"[]", "no kind"),
        (b"<html></html>", "no SVG"),
        (pdf("Hello"), "carries no credential"),
        (png(), "no QR code"),
        (b"{" + bytes(6 * 2**20), "larger than 5 MiB"),
        (bytes(MOST_FILE_BYTES + 1), "larger than 20 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_carries_nothing_is_refused_in_words(content, message):
    with pytest.raises(UnreadableError, match=message):
        open_carrier(content)


def test_a_picture_with_a_pdf_behind_it_is_refused():
    with pytest.raises(UnreadableError, match="after the end"):
        open_carrier(bake_png(png(), JSON_CREDENTIAL) + pdf("Hello"))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_our_error(content):
    try:
        open_carrier(content)
    except UnreadableError:
        return
