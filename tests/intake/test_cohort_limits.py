"""Files made to hurt (threat T2): each is refused quickly, and nothing raises but our own errors."""

import io
import resource
import time
import zipfile

import pytest
from cohort_builders import catalogue, csv_text, row, write_rows, xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from vc_issuer.errors import VcIssuerError
from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.export import write_problems_csv, write_problems_json, write_problems_text, write_refused_rows
from vc_issuer.intake.problems import UnreadableCohortError

SOUND = xlsx(lambda _, sheet: write_rows(sheet, row(), row(studentennummer="0240102", naam="Ng", punt=12)))
SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"


def parts():
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(changed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in changed.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(name, old, new):
    every = parts()
    assert old in every[name]
    return pack({**every, name: every[name].replace(old, new, 1)})


def refused_quickly(content):
    """Refuse within the second and the 64 MiB of threat T2; memory is the process's growth at its peak."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(UnreadableCohortError) as caught:
        read_cohort(content, "c.xlsx", catalogue())
    assert time.monotonic() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
    return caught.value.problem.code


def test_part_that_swells_beyond_measure():
    assert refused_quickly(pack({**parts(), SHEET: b" " * (60 * 2**20)})) == "file-bomb"


def test_many_parts_that_swell_together():
    swollen = {f"xl/worksheets/sheet{n}.xml": bytes(range(256)) * 200 + b" " * 2**20 for n in range(2, 90)}
    assert refused_quickly(pack({**parts(), **swollen})) == "file-bomb"


def test_part_that_lies_about_its_size():
    every = parts()
    size = len(every[SHEET])
    content = bytearray(pack({**every, SHEET: every[SHEET] + b" " * (50 * 2**20)}))
    honest = (size + 50 * 2**20).to_bytes(4, "little")
    for _ in range(content.count(honest)):
        at = content.index(honest)
        content[at : at + 4] = size.to_bytes(4, "little")
    assert refused_quickly(bytes(content)) == "file-not-a-workbook"


def test_archive_with_too_many_members():
    assert refused_quickly(pack({**parts(), **{f"x{n}": b"" for n in range(600)}})) == "file-bomb"


def test_member_twice():
    out = io.BytesIO(pack(parts()))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert refused_quickly(out.getvalue()) == "file-not-a-workbook"


@pytest.mark.parametrize("name", [SHEET, SHARED, "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_billion_laughs(name):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>'.encode()
    every = parts()
    head, _, body = every[name].partition(b"?>")
    assert refused_quickly(pack({**every, name: head + b"?>" + doctype + body})) == "file-bomb"


def test_external_entity():
    every = parts()
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    shared = every[SHARED].replace(b"?>", b"?>" + doctype, 1).replace(b"MC03<", b"&e;<", 1)
    assert refused_quickly(pack({**every, SHARED: shared})) == "file-bomb"


def test_cell_in_the_far_corner():
    assert refused_quickly(with_part(SHEET, b'r="A2"', b'r="XFD1048576"')) == "file-too-many-rows"


def test_cell_far_down():
    assert refused_quickly(with_part(SHEET, b'r="A2"', b'r="A1048576"')) == "file-too-many-rows"


@pytest.mark.parametrize("count", [b"4000000000", b"99999999999999999999", b"-1"])
def test_count_that_reserves_memory(count):
    every = parts()
    announced = every[SHARED].split(b'uniqueCount="')[1].split(b'"')[0]
    content = with_part(SHARED, b'uniqueCount="' + announced, b'uniqueCount="' + count)
    assert refused_quickly(content) in {"file-bomb", "file-not-a-workbook"}


def test_style_count_that_reserves_memory():
    assert (
        refused_quickly(with_part("xl/styles.xml", b'cellXfs count="1"', b'cellXfs count="999999999"')) == "file-bomb"
    )


def test_one_long_text_used_by_every_cell():
    every = parts()
    shared = every[SHARED].replace(b"<si><t>", b"<si><t>" + b"x" * 30_000, 1)
    cells = b"".join(
        b'<row r="%d">%b</row>' % (n, b"".join(b'<c r="%c%d" t="s"><v>0</v></c>' % (65 + c, n) for c in range(20)))
        for n in range(1, 100)
    )
    sheet = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'
    assert refused_quickly(pack({**every, SHARED: shared, SHEET: sheet % cells})) == "file-bomb"


def test_shared_text_that_is_not_there():
    assert refused_quickly(with_part(SHEET, b"<v>0</v>", b"<v>999999</v>")) == "file-not-a-workbook"


def test_macros_never_reach_the_reader():
    reading = read_cohort(
        pack({**parts(), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"}), "c.xlsm", catalogue()
    )
    assert len(reading.records) == 2


def test_encrypted_member():
    content = bytearray(SOUND)
    at = content.index(b"PK\x01\x02")
    while at != -1:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    assert refused_quickly(bytes(content)) == "file-password"


# Whatever comes in, only our errors come out, and what was found can be written down.


def read_and_write(content):
    try:
        reading = read_cohort(content, "c", catalogue())
    except VcIssuerError:
        return
    for language in ("nl", "en"):
        write_refused_rows(reading, language=language)
        write_problems_csv(reading.problems, language=language)
        write_problems_text(reading.problems, language=language)
    write_problems_json(reading.problems)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_arbitrary_bytes(content):
    read_and_write(content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_behind_the_signature_of_an_archive(content):
    read_and_write(b"PK\x03\x04" + content)


CELLS = st.text(max_size=20).filter(lambda text: "\0" not in text) | st.sampled_from(
    [
        "14",
        "14,5",
        "afwezig",
        "VRIJ",
        "09/10/2024",
        "1985-00-00",
        "MC03",
        "MC03-A",
        "2024-2025",
        "'=1",
        '"',
        "1E9999",
        "²",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(row())), CELLS), max_size=4))
def test_arbitrary_cells(changes):
    lines = [
        {name: f'"{text.replace(chr(34), chr(34) * 2)}"' for name, text in row(**each).items()} for each in changes
    ]
    read_and_write(csv_text(*lines).encode("utf-8", "replace"))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["sheet1", "shared", "styles", "workbook"]),
    st.floats(0, 1),
    st.integers(0, 12),
    st.binary(max_size=12),
)
def test_arbitrary_damage_to_a_workbook(kind, where, length, inserted):
    every = parts()
    name = next(name for name in sorted(every) if kind in name)
    at = int(where * len(every[name]))
    read_and_write(pack({**every, name: every[name][:at] + inserted + every[name][at + length :]}))
