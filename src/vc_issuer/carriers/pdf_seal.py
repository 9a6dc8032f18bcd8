"""Read the seals of anybody's PDF: what each covers, whether it holds, and what was added after it (ISO 32000-1 12.8).

A seal covers everything but its own octets, or it is refused: the gap that its byte range leaves must be exactly the
seal as the file's own dictionary has it, so that nothing unsealed can hide there. What was added behind the last octet
that it covers is counted. Run it in a killable child, as everything that reads PDFs (threat T33).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pikepdf import Array, Dictionary, Object, Pdf

from vc_issuer.carriers.pdf_place import SUB_FILTER
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.securing.jades import SealFacts
from vc_issuer.securing.pades import PADES, verify_pdf_seal

MOST_SEALS = 8  # a diploma has one, with legalisations perhaps four
MOST_FIELDS = 500  # of a form; ours has one
MOST_SEAL_BYTES = 256 * 1024  # 2 kB, with time-stamps and revocation lists perhaps 100
_HEX = re.compile(rb"<[0-9A-Fa-f\s]*>")
_CLAUSE = "ISO 32000-1 section 12.8.1"
_MOMENT = re.compile(r"D:(\d{14})(?:Z(?:00'?00'?)?|([+-])(\d\d)'?(\d\d)'?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSeal:
    """What became of one seal: its facts if it holds, or why it doesn't or can't be told.

    `added` counts the bytes that stand behind what it covers.
    """

    facts: SealFacts | None = None
    problem: VcIssuerError | None = None
    added: int = 0


def read_seals(content: bytes, document: Pdf) -> tuple[PdfSeal, ...]:
    """Check every seal of a PDF that stands open as `document`. Raises UnreadableError if it has more than any has."""
    found: list[PdfSeal] = []
    for dictionary in _signatures(document):
        if len(found) == MOST_SEALS:
            raise UnreadableError(f"The PDF carries more than {MOST_SEALS} seals.")
        found.append(_read_seal(content, dictionary))
    return tuple(found)


def _read_seal(content: bytes, dictionary: Dictionary) -> PdfSeal:
    try:
        kind = str(dictionary.get("/SubFilter", "")).lstrip("/")[:40]
        if kind != SUB_FILTER:
            raise InconclusiveError(f"the PDF carries a signature of a kind that is not checked here ({kind})")
        first, last, end = _places(content, dictionary)
        contents = _contents(content[first:last], dictionary)

        def digest_of(hash_name: str) -> bytes:
            digest = hashlib.new(hash_name, memoryview(content)[:first])
            digest.update(memoryview(content)[last:end])
            return digest.digest()

        return PdfSeal(facts=verify_pdf_seal(contents, _claimed(dictionary), digest_of), added=len(content) - end)
    except VcIssuerError as error:
        return PdfSeal(problem=error)


def _places(content: bytes, dictionary: Dictionary) -> tuple[int, int, int]:
    """Return where the seal's own octets begin and end, and where what it covers ends."""
    places = dictionary.get("/ByteRange")
    if not isinstance(places, Array) or len(places) != 4 or not all(isinstance(place, int) for place in places):
        raise _malformed("it doesn't say what it covers")
    start, first, last, length = (int(place) for place in places)
    end = last + length
    if start != 0 or not 0 < first < last <= end <= len(content):
        raise _malformed("what it says to cover is not this file")
    return first, last, end


def _contents(gap: bytes, dictionary: Dictionary) -> bytes:
    if len(gap) > 2 * MOST_SEAL_BYTES + 2:
        raise UnreadableError("The seal of the PDF is larger than 256 KiB.")
    stated = bytes(dictionary.get("/Contents", b""))
    if not _HEX.fullmatch(gap) or bytes.fromhex(gap[1:-1].decode("ascii")) != stated:
        raise _malformed("something stands beside it that it doesn't cover")
    return stated


def _claimed(dictionary: Dictionary) -> datetime:
    """Return the time that the sealer claims (ISO 32000-1 7.9.4)."""
    parts = _MOMENT.fullmatch(str(dictionary.get("/M", "")))
    if parts is None:
        raise InconclusiveError("the seal of the PDF does not say when it was made", clause=f"{PADES} clause 6.3")
    digits, sign, hours, minutes = parts.groups()
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return moment + offset if sign == "-" else moment - offset
    except (ValueError, OverflowError) as error:
        raise _malformed("its time is none") from error


def _signatures(document: Pdf) -> Iterator[Dictionary]:
    """Give the value of every signature field, each once."""
    form = document.Root.get("/AcroForm", Dictionary())
    waiting = _listed(form, "/Fields")
    seen: set[tuple[int, int]] = set()
    for _ in range(MOST_FIELDS):
        if not waiting:
            return
        field = waiting.pop(0)
        value = field.get("/V")
        if isinstance(value, Dictionary) and "/ByteRange" in value and value.objgen not in seen:
            if value.is_indirect:
                seen.add(value.objgen)
            yield value
        waiting.extend(_listed(field, "/Kids"))
    raise UnreadableError("The PDF's form has no end.")


def _listed(holder: Object, name: str) -> list[Dictionary]:
    listed = holder.get(name, Array())
    if not isinstance(listed, Array):
        return []
    return [each for each in listed if isinstance(each, Dictionary)][:MOST_FIELDS]


def _malformed(what: str) -> InvalidError:
    return InvalidError(f"the seal of the PDF is malformed: {what}", clause=_CLAUSE, indication="FORMAT_FAILURE")
