"""Baked PNG pictures: the standard's own, ours, and hostile ones."""

import struct
import zlib
from io import BytesIO

import pytest
from carried_samples import JSON_CREDENTIAL, JWS_CREDENTIAL, png
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib import baking
from PIL import Image

from reference import DATA, needs_data
from vc_issuer.carriers.png import KEYWORD, SIGNATURE, Chunk, bake_png, extract_png
from vc_issuer.errors import InputError, UnreadableError

END = Chunk(b"IEND", b"").encoded()


def with_chunk(kind: bytes, content: bytes) -> bytes:
    plain = png()
    return plain[: -len(END)] + Chunk(kind, content).encoded() + END


@needs_data
@pytest.mark.parametrize("name", ["simple-json.png", "simple-jwt.png"])
def test_standard_bodys_own_pictures_are_read(name):
    content = (DATA / "ob3" / "oracle" / "1edtech" / "ob30" / name).read_bytes()
    assert extract_png(content)[:1] in {b"{", b"e"}


@pytest.mark.parametrize("credential", [JSON_CREDENTIAL, JWS_CREDENTIAL])
def test_what_is_baked_comes_out_byte_for_byte(credential):
    assert extract_png(bake_png(png(), credential)) == credential


def test_another_implementation_reads_what_we_bake():
    assert (
        baking.extract_png(bake_png(png(), JWS_CREDENTIAL), keyword=baking.ITXT_KEYWORD_OB3) == JWS_CREDENTIAL.decode()
    )


def test_we_read_what_another_implementation_bakes():
    assert (
        extract_png(baking.bake_png(png(), JWS_CREDENTIAL.decode(), keyword=baking.ITXT_KEYWORD_OB3)) == JWS_CREDENTIAL
    )


def test_picture_stays_a_picture():
    assert Image.open(BytesIO(bake_png(png(), JSON_CREDENTIAL))).size == (8, 8)


def test_baking_again_replaces_the_old_credential():
    assert extract_png(bake_png(bake_png(png(), JWS_CREDENTIAL), JSON_CREDENTIAL)) == JSON_CREDENTIAL


def test_only_text_is_baked():
    with pytest.raises(InputError, match="UTF-8"):
        bake_png(png(), b"\xff")


def test_compressed_text_is_read():
    packed = KEYWORD + b"\0\1\0\0\0" + zlib.compress(JSON_CREDENTIAL)
    assert extract_png(with_chunk(b"iTXt", packed)) == JSON_CREDENTIAL


def test_compressed_bomb_stays_packed():
    bomb = KEYWORD + b"\0\1\0\0\0" + zlib.compress(bytes(64 * 2**20), 9)
    with pytest.raises(UnreadableError, match="larger than 5 MiB"):
        extract_png(with_chunk(b"iTXt", bomb))


def test_picture_that_claims_to_be_huge_is_never_decoded():
    header = struct.pack(">IIBBBBB", 65535, 65535, 8, 6, 0, 0, 0)
    content = SIGNATURE + Chunk(b"IHDR", header).encoded() + END
    with pytest.raises(UnreadableError, match="carries 0 credentials"):
        extract_png(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"GIF89a", "no PNG"),
        (png(), "carries 0 credentials"),
        (bake_png(png(), JSON_CREDENTIAL)[:-4], "cut off"),
        (bake_png(png(), JSON_CREDENTIAL) + b"%PDF-1.7", "after the end"),
        (bake_png(png(), JSON_CREDENTIAL).replace(b"Zo", b"Xo"), "checksum"),
        (SIGNATURE + END, "header"),
        (SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(20), "cut off"),
        (with_chunk(b"iTXt", KEYWORD + b"\0\2\0\0\0x"), "malformed"),
        (with_chunk(b"iTXt", KEYWORD + b"\0\0\0"), "malformed"),
        (with_chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0notzlib"), "damaged"),
        (with_chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0" + zlib.compress(JSON_CREDENTIAL)[:-8]), "cut off"),
        (with_chunk(b"tEXt", KEYWORD + b"\0" + JWS_CREDENTIAL), "carries 0 credentials"),
    ],
)
def test_defects_are_named(content, message):
    with pytest.raises(UnreadableError, match=message):
        extract_png(content)


def test_two_credentials_are_one_too_many():
    baked = bake_png(png(), JSON_CREDENTIAL)
    second = Chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + JWS_CREDENTIAL).encoded()
    with pytest.raises(UnreadableError, match="carries 2 credentials"):
        extract_png(baked[: -len(END)] + second + END)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_our_error(tail):
    for content in (tail, SIGNATURE + tail, with_chunk(b"iTXt", KEYWORD + b"\0" + tail)):
        try:
            extract_png(content)
        except UnreadableError:
            continue
