"""Unpacking a workbook within limits (threat T2), so that its reader sees nothing that was not counted first.

Every part that matters is inflated here, once, against caps on size and ratio, and stored in a new archive. A part
that declares another size than it has, a second part of the same name, or a macro never reaches the reader.
"""

import io
import zipfile
import zlib

from vc_issuer.intake.problems import UnreadableCohortError, refuse_file

MAX_MEMBERS = 500  # A workbook with a handful of sheets has about a dozen parts.
MAX_UNPACKED_BYTES = 64 * 2**20  # 20 000 rows of twelve columns take about 20 MiB as Excel writes them.
MAX_RATIO = 200  # Lists of results pack 5 to 40 times; the worst that DEFLATE can do is 1 032.
RATIO_GRACE_BYTES = 2**20  # Below this size no ratio can hurt.
CHUNK_BYTES = 2**16

_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_WORKBOOK = "xl/workbook.xml"
_PARTS = frozenset(
    {
        *("[content_types].xml", "_rels/.rels", _WORKBOOK, "xl/_rels/workbook.xml.rels"),
        *("xl/sharedstrings.xml", "xl/styles.xml"),
    },
)
_SHEETS = "xl/worksheets/"


def unpack_workbook(content: bytes) -> dict[str, bytes]:
    """Return the XML parts of an .xlsx file that a list of results needs, by their names in the archive.

    Raises UnreadableCohortError for anything that is not such an archive, or is past a limit.
    """
    # Counting signatures comes first: opening an archive builds an object for each of perhaps a million entries.
    if content.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:
        raise refuse_file("file-bomb")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read_parts(archive)
    except UnreadableCohortError:
        raise
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
        *(NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError),
    ) as error:
        raise refuse_file("file-not-a-workbook", where=type(error).__name__) from error


def pack_workbook(parts: dict[str, bytes]) -> bytes:
    """Store counted parts in a new archive, uncompressed, for a reader that wants one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _read_parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = archive.infolist()
    wanted = [member for member in members if _is_wanted(member.filename)]
    names = [member.filename.lower() for member in wanted]
    if len(set(names)) != len(names) or _WORKBOOK not in names:
        raise refuse_file("file-not-a-workbook", where=_WORKBOOK)
    room = MAX_UNPACKED_BYTES
    parts: dict[str, bytes] = {}
    for member in wanted:
        parts[member.filename] = _inflate(archive, member, room)
        room -= len(parts[member.filename])
    return parts


def _is_wanted(name: str) -> bool:
    lowered = name.lower()
    # What lies in a folder below the sheets (relations, printer settings) has no cells.
    in_sheets = lowered.startswith(_SHEETS) and lowered.endswith(".xml") and lowered.count("/") == _SHEETS.count("/")
    return lowered in _PARTS or in_sheets


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise refuse_file("file-password")
    if member.compress_type not in _METHODS:
        raise refuse_file("file-not-a-workbook", where="compression")
    allowed = min(room, max(RATIO_GRACE_BYTES, MAX_RATIO * member.compress_size))
    if member.file_size > allowed:
        raise refuse_file("file-bomb")
    out = bytearray()
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            out += chunk
            if len(out) > allowed:
                raise refuse_file("file-bomb")
    return bytes(out)
