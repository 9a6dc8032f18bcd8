"""ZIP archives: files out, bombs and odd archives refused before they cost anything (threats T23, T33)."""

import base64
import io
import random
import struct
import zipfile

import pytest
from carried_samples import JSON_CREDENTIAL
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.carriers.open import CarrierKind, open_carrier
from vc_issuer.carriers.zip import MOST_MEMBERS, count_files, unpack_zip
from vc_issuer.errors import UnreadableError


def archive(*files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as written:
        for name, content in files:
            written.writestr(name, content)
    return out.getvalue()


def test_every_file_comes_out_with_its_name_and_litter_stays_in():
    content = archive(
        ("degree/a.json", JSON_CREDENTIAL), ("b.txt", b"hello"), ("__MACOSX/._a.json", b"x"), (".DS_Store", b"x")
    )
    assert [(one.name, one.content) for one in unpack_zip(content)] == [
        ("a.json", JSON_CREDENTIAL),
        ("b.txt", b"hello"),
    ]
    assert {one.kind for one in open_carrier(content)} == {CarrierKind.ZIP}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x\\passwd", "a\x1b[31m/passwd"])
def test_a_name_is_for_people_and_never_a_path(name):
    [one] = unpack_zip(archive((name, b"x")))
    assert one.name == "passwd"


def test_a_file_that_grows_without_measure_is_refused_by_its_ratio_and_by_its_size():
    with pytest.raises(UnreadableError, match="grows beyond all measure"):
        unpack_zip(archive(("bomb", bytes(19 * 2**20))))
    coins = random.Random(1).randbytes(21 * 2**20).translate(bytes(number & 1 for number in range(256)))
    with pytest.raises(UnreadableError, match="more than it may"):
        unpack_zip(archive(("big", coins)))


def test_sizes_that_lie_are_found_out_while_reading():
    content = bytearray(archive(("bomb", bytes(19 * 2**20))))
    # The central directory says that the file is one byte long when it is unpacked.
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 1)
    with pytest.raises(UnreadableError):
        unpack_zip(bytes(content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archive(*((f"{number}.json", b"{}") for number in range(MOST_MEMBERS + 1))), "more than 60"),
        (archive(*((f"{number}", b"") for number in range(5_000))), "more than 60"),
        (archive(("inner.zip", archive(("a", b"x")))), "another archive"),
        (archive(), "empty"),
        (archive(("a", b"x"), method=zipfile.ZIP_BZIP2), "not read here"),
        (archive(("a", b"x" * 100))[:-30], "cut off|damaged"),
        (archive(("a", b"x" * 100)).replace(b"PK\x01\x02", b"PK\x09\x09"), "damaged"),
        (b"PK\x05\x06" + bytes(18), "empty"),
    ],
    ids=["many", "very many", "nested", "none", "bzip2", "cut", "no directory", "bare end"],
)
def test_odd_archives_are_refused_in_words(content, message):
    with pytest.raises(UnreadableError, match=message):
        unpack_zip(content)


def test_an_encrypted_archive_is_refused():
    content = bytearray(archive(("a", b"secret")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    with pytest.raises(UnreadableError, match="encrypted"):
        unpack_zip(bytes(content))


def test_an_archive_counts_as_many_files_as_it_holds():
    assert count_files(archive(("a", b"x"), ("b", b"x"))) == 2
    assert count_files(JSON_CREDENTIAL) == 1
    assert count_files(b"PK\x03\x04") == 1
    assert count_files(archive(*((f"{number}", b"") for number in range(300)))) == MOST_MEMBERS


@given(st.binary(max_size=400), st.integers(0, 200))
def test_a_damaged_archive_raises_nothing_but_our_error(noise, place):
    whole = archive(("a.json", JSON_CREDENTIAL), ("b", b"x" * 50))
    content = whole[:place] + noise + whole[place + len(noise) // 2 :]
    try:
        unpack_zip(content)
    except UnreadableError:
        return


# An entry without a name, on which the library stumbles.
NAMELESS_1 = (
    b"UEsDBBQJAAAIAJcAfF1d0GsjUgDtoIA8IURPQ1RZUK0geCBbAABQAAAgBjwhRE9DVFlQRSB4IFsAAABhLmpza26rVsooKSkozdLX"
    b"Ly8v1ys31ssvL9crN9bLL0rXzyvWTy5KTUnNK8lMzCnWLzNSitVRykvMTVWyUorKP7xaIT7WTsFGzU5zb25QSwUGAADhw/y+yUq1"
    b"AFBLAQIUAxQAAAAIAJcAfF1d0OcjUgAAAFAAAAAGAAAAAAAAAAAAAABhLmp2AAAAAABzb25QSwUGAAAAAAEAAQA0AAAAdgAAAAAA"
)
NAMELESS_2 = (
    b"UEsDBBQAAAAIBNBrI1IAAFNQAAAgBgAAAGEOanNvbqv/////VvJIzs8rSa0odbKKVsooKSkottLXLy8v1ys3x8svStfPK9ZPLkpN"
    b"Sc0ryUzMKdYvM1KKylHKS8xNVbJSiso/vFohudZOwUbNTuHD/L7JSrUAUEsBAhQDFAAAAAgrSa0oUbKKVsoAAAB2AAAAAAAoKSko"
    b"ttLXLy8v1ys41ssvSgAAUAAAAAYAAAAAAAAAAABbAACAAQAAAABhLmpzb25QSwUGAAAAAAEAAQBNAAAAdgAAAAAA"
)


@pytest.mark.parametrize("found", [NAMELESS_1, NAMELESS_2])
def test_what_fuzzing_found_is_refused_in_words(found):
    with pytest.raises(UnreadableError):
        unpack_zip(base64.b64decode(found))
