"""Write a batch as upload files of the EU's own issuer, for a registrar who seals there instead of here (elm 8).

One unsigned file a document, named by its number. Addresses come from a list that is read here and stored nowhere.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import InputError, RuleError
from vc_issuer.formats.elm import ElmFormat, build_upload
from vc_issuer.formats.elm.upload import MOST_ADDRESSES, MOST_BYTES
from vc_issuer.model.credential import Document, FormatName
from vc_issuer.securing.jades import PAYLOAD_LIMITS
from vc_issuer.store.batches import get_batch
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.store.documents import StoredDocument, documents_of_batch
from vc_issuer.wiring.home import Home

FOLDER = "edc"
PAGE = 100
MAX_LIST_BYTES = 5_000_000  # a list of 20,000 learners has a tenth of it
# An e-mail address, or the address of a Europass wallet: the EU's issuer tells them apart by the at sign.
_ADDRESS = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}|[0-9A-Za-z][0-9A-Za-z._:/-]{5,190}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """What was written: the files, and how many of them have no address yet."""

    files: tuple[Path, ...]
    without_address: int


def read_addresses(content: bytes) -> Mapping[str, tuple[str, ...]]:
    """Read a list of student numbers and addresses: two columns, with or without headings; at most two rows each.

    Raises InputError that names every bad row by its number; what stands in it is personal and is not repeated.
    """
    if len(content) > MAX_LIST_BYTES:
        raise InputError("the list of addresses is too large.", remedy="Give one row a learner.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the list of addresses is not UTF-8 text.", remedy="Save it as CSV in UTF-8.") from error
    separator = ";" if ";" in text.split("\n", 1)[0] else ","
    found: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells or (number == 1 and not any(character.isdigit() for character in cells[0])):
            continue
        if len(cells) != 2 or not _ADDRESS.fullmatch(cells[1]):
            problems.append(f"row {number}: a student number and one address are needed.")
            continue
        found[cells[0]] = tuple(dict.fromkeys((*found.get(cells[0], ()), cells[1])))
        if len(found[cells[0]]) > MOST_ADDRESSES:
            problems.append(f"row {number}: one learner has at most {MOST_ADDRESSES} addresses.")
    if problems:
        raise InputError("the list of addresses has problems.", remedy="Mend the rows.", problems=problems)
    return found


def export_uploads(
    home: Home, batch_ids: Iterable[str], out: Path, *, addresses: Mapping[str, tuple[str, ...]]
) -> Uploads:
    """Write every document of the batches below `out`. Raises RuleError for a batch that isn't prepared."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    missing = 0
    for batch_id in batch_ids:
        count = len(files)
        for document, elm in _prepared(home, batch_id):
            upload = build_upload(elm, addresses.get(_student_number(elm), ()))
            missing += not upload["deliveryDetails"]["deliveryAddress"]
            files.append(_write(folder / f"{document.number}.json", upload))
        if len(files) == count:
            raise RuleError(f"batch {batch_id} has no documents.", remedy="Prepare it first: batch prepare")
    return Uploads(files=tuple(files), without_address=missing)


def _prepared(home: Home, batch_id: str) -> Iterator[tuple[StoredDocument, Document]]:
    after = 0
    while True:
        with home.database.reading() as session:
            get_batch(session, batch_id)
            page = documents_of_batch(session, batch_id, after=after, limit=PAGE)
            if not page:
                return
            parts = prepared_parts(session, batch_id, first=page[0].position, last=page[-1].position)
        contents = {part.document_id: part.content for part in parts if part.format is FormatName.ELM}
        for document in page:
            # The documents of an erased learner can't be opened any more.
            if document.id in contents:
                yield document, _document(contents[document.id])
        after = page[-1].position


def _document(content: bytes) -> Document:
    document = parse_strict(content, limits=PAYLOAD_LIMITS)
    if not isinstance(document, Mapping):
        raise RuleError("a stored document is no object.", remedy="Prepare the batch again.")
    return document


def _student_number(elm: Document) -> str:
    return ElmFormat().summarise(elm, "en").student_number


def _write(path: Path, upload: Mapping[str, Any]) -> Path:
    content = json.dumps(upload, ensure_ascii=False, indent=1).encode()
    if len(content) > MOST_BYTES:
        raise InputError(f"{path.name} is larger than the EU's issuer takes.", remedy="Shorten the offering's texts.")
    path.write_bytes(content)
    return path
