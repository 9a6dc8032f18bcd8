"""The QR code on paper: decodable after a fax, and nothing but the configured address (threat T37)."""

import random

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image
from printed_samples import CODE, HOST, VERIFY_URL, credit_certificate, render

from vc_issuer.errors import InputError
from vc_issuer.rendering.proof_zone import QR_SIDE
from vc_issuer.rendering.qr import printed_code, qr_matrix

SPECKLES = 0.05


def raster(content: bytes, dpi: int) -> Image.Image:
    return pypdfium2.PdfDocument(content)[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def with_noise(image: Image.Image, seed: int) -> Image.Image:
    dice = random.Random(seed)
    pixels = bytearray(image.tobytes())
    for place in dice.sample(range(len(pixels)), int(len(pixels) * SPECKLES)):
        pixels[place] = dice.choice((0, 255))
    return Image.frombytes("L", image.size, bytes(pixels))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("summaries", [None, credit_certificate()], ids=["certificate", "credit certificate"])
def test_code_is_read_from_a_noisy_fax(summaries, seed):
    image = with_noise(raster(render(summaries), 150), seed)
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [VERIFY_URL]


def test_code_points_to_the_configured_host_and_no_other():
    (found,) = zxingcpp.read_barcodes(raster(render(), 150))
    assert found.text == f"https://{HOST}/c/{CODE}"


def test_code_is_thirty_millimetres_wide_at_least():
    assert QR_SIDE / 72 * 25.4 >= 30


def test_matrix_has_the_version_another_encoder_chooses():
    theirs = segno.make(VERIFY_URL.upper(), error="q", boost_error=False, micro=False)
    assert len(qr_matrix(VERIFY_URL.upper())) == theirs.symbol_size(border=0)[0]


def test_capitals_make_a_coarser_code():
    assert len(qr_matrix(VERIFY_URL.upper())) < len(qr_matrix(VERIFY_URL))


def test_version_above_six_is_refused():
    with pytest.raises(InputError, match="shorter host"):
        qr_matrix("https://example.org/" + "x" * 80)
    with pytest.raises(InputError, match="shorter host"):
        qr_matrix("x" * 5000)


def test_code_is_grouped_in_fours_and_fives():
    groups = printed_code(CODE).split(" ")
    assert "".join(groups) == CODE
    assert {len(group) for group in groups} <= {4, 5}
