"""The pictures of an offering version: small, without personal data, and the same each time."""

from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from vc_issuer.rendering.badge import SIDE, draw_badge
from vc_issuer.rendering.picture import MOST_BYTES, draw_picture

TITLES = [
    "AI",
    "Revalidatie en preventie bij gezond ouder worden",
    "Киберсигурност",
    "R&D <strong>Safety</strong> – H₂O " * 8,
]


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["certificate", "credit-certificate", ""])
@pytest.mark.parametrize("title", TITLES)
def test_picture_is_a_palette_png_of_three_kilobytes_at_most(title, kind):
    content = draw_picture(title, issuer="Universiteit Zennebeek (demo)", ects=Decimal("2.5"), language="nl", kind=kind)
    picture = opened(content)
    assert len(content) <= MOST_BYTES
    assert (picture.format, picture.mode) == ("PNG", "P")
    assert picture.width >= 240


@pytest.mark.parametrize("draw", [draw_picture, draw_badge])
def test_same_offering_gives_the_same_bytes_and_another_gives_others(draw):
    once, again, other = (
        draw(title, issuer="Universiteit Zennebeek", ects=Decimal(3), language="nl") for title in ("A", "A", "B")
    )
    assert once == again
    assert once != other


def test_languages_and_kinds_look_different():
    pictures = {
        draw_picture("Law", issuer="U", ects=Decimal("2.5"), language=language, kind=kind)
        for language in ("nl", "en")
        for kind in ("certificate", "credit-certificate")
    }
    assert len(pictures) == 4


def test_names_of_any_length_stay_within_three_kilobytes():
    noise = "".join(chr(0x400 + n * 7 % 255) for n in range(600))
    assert len(draw_picture(noise, issuer=noise, ects=Decimal(1), language="nl")) <= MOST_BYTES


@pytest.mark.parametrize("title", TITLES)
def test_badge_is_a_square_png(title):
    badge = opened(draw_badge(title, issuer="Universiteit Zennebeek (demo)", ects=Decimal("59.5"), language="en"))
    assert (badge.format, badge.size) == ("PNG", (SIDE, SIDE))
    assert badge.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
