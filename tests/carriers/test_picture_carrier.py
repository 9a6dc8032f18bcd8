"""QR codes in photos, screenshots and scans lead somewhere; hostile pictures lead nowhere and cost little (T33, T37)."""

import io
import struct
import zlib

import pytest
import segno
from carried_samples import JSON_CREDENTIAL, pdf, png
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from vc_issuer.carriers.open import CarrierKind, open_carrier
from vc_issuer.carriers.picture import addresses_in_picture
from vc_issuer.carriers.png import SIGNATURE, bake_png
from vc_issuer.errors import UnreadableError

ADDRESS = "https://credentials.uzb.example/c/7K3M9QX2R8T5V6W1Y4Z0ABCDEF"


def qr_picture(text=ADDRESS, *, scale=6, kind="PNG", change=lambda picture: picture):
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=scale, border=4)
    picture = change(Image.open(io.BytesIO(out.getvalue())).convert("L"))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def qr_pdf(text=ADDRESS):
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="pdf", scale=3)
    return out.getvalue()


def photographed(picture):
    page = Image.new("L", (1600, 2200), 235)
    page.paste(picture.resize((420, 420)), (900, 1500))
    return page.rotate(7, expand=True, fillcolor=90).filter(ImageFilter.GaussianBlur(1.2))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("change", [lambda picture: picture, photographed], ids=["clean", "photographed"])
def test_a_qr_code_is_found_in_a_screenshot_and_in_a_photo(kind, change):
    [found] = open_carrier(qr_picture(kind=kind, change=change))
    assert (found.kind, found.addresses, found.content) == (CarrierKind.PICTURE, (ADDRESS,), b"")


def test_a_qr_code_is_found_on_the_page_of_a_scan():
    [found] = open_carrier(qr_pdf())
    assert (found.kind, found.addresses) == (CarrierKind.SCAN, (ADDRESS,))


@pytest.mark.parametrize(
    "text",
    ["http://credentials.uzb.example/c/x", "javascript:alert(1)", "file:///etc/passwd", "https://", "WIFI:S:x;;",
     "https://a.example/ b", "https://user@evil\n.example"],
)  # fmt: skip
def test_a_code_that_holds_no_plain_https_address_is_none(text):
    with pytest.raises(UnreadableError, match="no QR code"):
        open_carrier(qr_picture(text))


def test_a_baked_credential_comes_before_any_code_in_the_picture():
    [found] = open_carrier(bake_png(qr_picture(), JSON_CREDENTIAL))
    assert (found.kind, found.content) == (CarrierKind.PNG, JSON_CREDENTIAL)


def test_an_address_by_itself_is_a_pointer():
    [found] = open_carrier(f"  {ADDRESS}\n".encode())
    assert (found.kind, found.addresses) == (CarrierKind.ADDRESS, (ADDRESS,))


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(width, height, packed=b""):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return SIGNATURE + header + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (png_that_claims(65_535, 65_535), "40 million"),
        (png_that_claims(2**31 - 1, 2**31 - 1), "40 million|damaged"),
        (png_that_claims(6_000, 6_000, zlib.compress(bytes(1000))), "damaged"),
        (png_that_claims(0, 0), "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "damaged"),
        (qr_picture(kind="JPEG")[:300], "damaged|no QR code"),
        (SIGNATURE + qr_picture(kind="JPEG"), "cut off|damaged|header"),
        (qr_picture() + pdf("two things at once"), "after the end"),
    ],
    ids=["65535²", "2^31²", "too little", "0×0", "jpeg of zeros", "cut jpeg", "jpeg as png", "png and pdf"],
)
def test_hostile_pictures_are_refused_in_words(content, message):
    with pytest.raises(UnreadableError, match=message):
        open_carrier(content)


def test_a_compressed_text_chunk_that_is_no_credential_is_never_unpacked():
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50 * 2**20), 9))
    plain = png()
    with pytest.raises(UnreadableError, match=r"no QR code|damaged"):
        open_carrier(plain[:33] + bomb + plain[33:])


@given(st.binary(max_size=200), st.integers(3, 600))
def test_damaged_pictures_raise_nothing_but_our_error(noise, place):
    whole = qr_picture(scale=2, kind="JPEG")
    try:
        addresses_in_picture(whole[:place] + noise + whole[place + len(noise) :])
    except UnreadableError:
        return
