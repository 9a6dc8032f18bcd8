"""Baked SVG pictures: the standard's own, ours, and hostile ones."""

import pytest
from carried_samples import JSON_CREDENTIAL, JWS_CREDENTIAL, SVG
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib import baking

from reference import DATA, needs_data
from vc_issuer.carriers.svg import NAMESPACE, bake_svg, extract_svg
from vc_issuer.errors import InputError, UnreadableError

CARRYING = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{NAMESPACE}">%s</svg>'


@needs_data
@pytest.mark.parametrize("name", ["simple-json.svg", "simple-jwt.svg"])
def test_standard_bodys_own_pictures_are_read(name):
    content = (DATA / "ob3" / "oracle" / "1edtech" / "ob30" / name).read_bytes()
    assert extract_svg(content)[:1] in {b"{", b"e"}


@pytest.mark.parametrize("credential", [JSON_CREDENTIAL, JWS_CREDENTIAL])
def test_what_is_baked_comes_out_byte_for_byte(credential):
    assert extract_svg(bake_svg(SVG, credential)) == credential


@pytest.mark.parametrize("credential", [JSON_CREDENTIAL, JWS_CREDENTIAL])
def test_another_implementation_reads_what_we_bake(credential):
    theirs = baking.extract_svg(bake_svg(SVG, credential), element=baking.SVG_ELEMENT_OB3, text_fallback=True)
    assert theirs == credential.decode()


@pytest.mark.parametrize("credential", [JSON_CREDENTIAL, JWS_CREDENTIAL])
def test_we_read_what_another_implementation_bakes(credential):
    baked = baking.bake_svg(
        SVG,
        credential.decode(),
        element=baking.SVG_ELEMENT_OB3,
        namespace=baking.SVG_NS_OB3,
        as_text=credential is JSON_CREDENTIAL,
    )
    assert extract_svg(baked) == credential


@pytest.mark.parametrize("credential", [b'{"a":\r\n1}', b'{"a":1}\n', '{"a":"\ufffe"}'.encode()])
def test_bytes_that_xml_would_change_are_not_baked(credential):
    with pytest.raises((InputError, UnreadableError)):
        bake_svg(SVG, credential)


def test_baked_or_empty_picture_is_not_baked():
    with pytest.raises(InputError, match="already"):
        bake_svg(bake_svg(SVG, JWS_CREDENTIAL), JWS_CREDENTIAL)
    with pytest.raises(InputError, match="empty"):
        bake_svg(b'<svg xmlns="http://www.w3.org/2000/svg"/>', JWS_CREDENTIAL)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<svg", "well-formed"),
        (b"<html/>", "no SVG"),
        (SVG, "carries 0 credentials"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG[22:], "document type of its own"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>', "entities"),
        ((CARRYING % '<openbadges:credential verify="a.b.c">{}</openbadges:credential>').encode(), "either"),
        ((CARRYING % "<openbadges:credential/>").encode(), "either"),
        ((CARRYING % ("<openbadges:credential>{}</openbadges:credential>" * 2)).encode(), "carries 2 credentials"),
        ((CARRYING % "<g><openbadges:credential>{}</openbadges:credential></g>").encode(), "carries 0 credentials"),
        ((CARRYING % ("<g>" * 300 + "</g>" * 300)).encode(), "nests too deeply"),
        (b'<?xml version="1.0" encoding="no-such"?><svg/>', "well-formed"),
    ],
)
def test_defects_are_named(content, message):
    with pytest.raises(UnreadableError, match=message):
        extract_svg(content)


def test_script_and_foreign_objects_are_carried_past():
    hostile = CARRYING % "<script>alert(1)</script><foreignObject/><openbadges:credential>{}</openbadges:credential>"
    assert extract_svg(hostile.encode()) == b"{}"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_our_error(tail):
    for content in (tail, SVG[:-8] + tail, b"<svg " + tail):
        try:
            extract_svg(content)
        except UnreadableError:
            continue
