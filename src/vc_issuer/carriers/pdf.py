"""Attach secured credentials to a PDF and take them out again, with the text that the page shows (ISO 32000-2 7.11).

Reading is for files from anybody: everything is capped before it is unpacked, and whatever the libraries raise
becomes UnreadableError. Run it in a killable child: a hostile file may still cost time (threat T33). The library
that reads text is not safe in threads.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO

from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, PasswordError, Pdf, PdfError, Stream, String
from pypdfium2 import PdfDocument

from vc_issuer.carriers.pdf_place import PDF_VERSION, SealPlace, reserve
from vc_issuer.carriers.pdf_seal import PdfSeal, read_seals
from vc_issuer.errors import InputError, UnreadableError

OB3_NAME = "credential.ob3.json"
ELM_NAME = "credential.elm.json"

MOST_PDF_BYTES = 20 * 2**20  # decisions 7.6
MOST_OBJECTS = 100_000  # ours have about 300
MOST_ATTACHMENTS = 32
MOST_ATTACHMENT_BYTES = 5 * 2**20  # decisions 7.6: the largest payload of any format
MOST_TREE_NODES = 200  # nodes of the name tree; ours has one
MOST_TEXT_PAGES = 100
MOST_TEXT_CHARACTERS = 1_000_000
PAGE_BREAK = "\f"

# What the two libraries raise on files that break the rules: their own errors, and Python's from odd types inside.
_LIBRARY_ERRORS = (PdfError, ArithmeticError, LookupError, AttributeError, TypeError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file inside a PDF, as its bytes were attached; `media_type` as declared there, or empty."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfContents:
    """What a PDF carries: its attachments, the text of its pages, apart by form feeds, and the seals over itself."""

    attachments: tuple[Attachment, ...]
    text: str = field(repr=False)
    seals: tuple[PdfSeal, ...] = ()


def attach(pdf: bytes, files: Mapping[str, tuple[bytes, str, str]], *, place: SealPlace | None = None) -> bytes:
    """Embed files in a PDF of ours: name to content, media type and description.

    Each is an associated file of the document, the source of what the page shows (PDF/A-3, 6.8). With a `place` the
    PDF has room for a seal, to be filled next. The same input gives the same bytes. Raises InputError where the PDF
    carries files already.
    """
    with Pdf.open(BytesIO(pdf)) as document:
        names = document.Root.get("/Names", Dictionary())
        if "/EmbeddedFiles" in names:
            raise InputError("The PDF carries attachments already.", remedy="Attach all files to the plain PDF.")
        specifications = {name: _specification(document, name, files[name]) for name in sorted(files)}
        leaf = Array([item for name, node in specifications.items() for item in (String(name), node)])
        names["/EmbeddedFiles"] = document.make_indirect(Dictionary(Names=leaf))
        document.Root.Names = names
        document.Root.AF = Array(list(specifications.values()))
        if place is not None:
            reserve(document, place)
        out = BytesIO()
        document.save(
            out,
            deterministic_id=True,
            object_stream_mode=ObjectStreamMode.generate,
            min_version="" if place is None else PDF_VERSION,
        )
    return out.getvalue()


def extract(content: bytes) -> PdfContents:
    """Read attachments and text. Raises UnreadableError for what is malformed, encrypted or past a limit."""
    if len(content) > MOST_PDF_BYTES:
        raise UnreadableError("The PDF is larger than 20 MiB.")
    if not content.startswith(b"%PDF-"):
        raise UnreadableError("This is no PDF.")
    try:
        with Pdf.open(BytesIO(content), attempt_recovery=False, inherit_page_attributes=False) as document:
            if document.is_encrypted:
                raise UnreadableError("The PDF is encrypted.", remedy="Give the file as the issuer delivered it.")
            if len(document.objects) > MOST_OBJECTS:
                raise UnreadableError("The PDF has too many parts.")
            attachments = tuple(_attachments(document))
            seals = read_seals(content, document)
        text = _read_text(content)
    except PasswordError as cause:
        raise UnreadableError("The PDF asks for a password.", remedy="Give a file that opens without one.") from cause
    except _LIBRARY_ERRORS as cause:
        raise UnreadableError(
            "The PDF is malformed.", remedy="Give the file as the issuer delivered it, not a copy saved again."
        ) from cause
    return PdfContents(attachments=attachments, text=text, seals=seals)


def _specification(document: Pdf, name: str, file: tuple[bytes, str, str]) -> Object:
    content, media_type, description = file
    stream = document.make_stream(content)
    stream.Type = Name.EmbeddedFile
    stream.Subtype = Name(f"/{media_type}")
    stream.Params = Dictionary(
        Size=len(content),
        CheckSum=String(hashlib.md5(content, usedforsecurity=False).digest()),
        ModDate=document.docinfo.get("/ModDate", String("D:20000101000000Z")),
    )
    return document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(name),
            UF=String(name),
            Desc=String(description),
            AFRelationship=Name.Source,
            EF=Dictionary(F=stream, UF=stream),
        )
    )


def _attachments(document: Pdf) -> Iterator[Attachment]:
    """Read each embedded file once, by the name tree and by the associated files."""
    seen: set[tuple[int, int]] = set()
    for specification in _specifications(document):
        embedded = specification.get("/EF", Dictionary())
        stream = embedded.get("/UF", embedded.get("/F"))
        if not isinstance(stream, Stream) or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        if len(seen) > MOST_ATTACHMENTS:
            raise UnreadableError(f"The PDF carries more than {MOST_ATTACHMENTS} attachments.")
        name = str(specification.get("/UF", specification.get("/F", "")))
        yield Attachment(
            name=_plain_name(name), content=_unpack(stream), media_type=str(stream.get("/Subtype", "")).lstrip("/")
        )


def _specifications(document: Pdf) -> Iterator[Object]:
    waiting: list[Object] = []
    names = document.Root.get("/Names", Dictionary())
    if "/EmbeddedFiles" in names:
        waiting.append(names["/EmbeddedFiles"])
    for _ in range(MOST_TREE_NODES):
        if not waiting:
            break
        node = waiting.pop()
        leaf = node.get("/Names", Array())
        yield from (leaf[place] for place in range(1, min(len(leaf), 2 * MOST_ATTACHMENTS + 2), 2))
        waiting.extend(node.get("/Kids", Array())[:MOST_TREE_NODES])
    else:
        raise UnreadableError("The PDF's list of attachments has no end.")
    associated = document.Root.get("/AF", Array())
    yield from (associated[place] for place in range(min(len(associated), MOST_ATTACHMENTS + 1)))


def _unpack(stream: Stream) -> bytes:
    """Undo no filter but Flate, and never past the limit: a bomb stays packed."""
    raw = stream.read_raw_bytes()
    filters = stream.get("/Filter", Array())
    chain = [str(filters)] if isinstance(filters, Name) else [str(name) for name in filters]
    if chain not in ([], ["/FlateDecode"]) or "/DecodeParms" in stream:
        raise UnreadableError("An attachment of the PDF is packed in a way that issuers don't use.")
    if chain:
        unpacking = zlib.decompressobj()
        try:
            raw = unpacking.decompress(raw, MOST_ATTACHMENT_BYTES + 1)
        except zlib.error as cause:
            raise UnreadableError("An attachment of the PDF is damaged.") from cause
        if len(raw) <= MOST_ATTACHMENT_BYTES and not unpacking.eof:
            raise UnreadableError("An attachment of the PDF is cut off.")
    if len(raw) > MOST_ATTACHMENT_BYTES:
        raise UnreadableError("An attachment of the PDF is larger than 5 MiB.")
    return raw


def _plain_name(name: str) -> str:
    """Keep a name that is safe to show: no folders, no control characters, no endless length."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:100]


def _read_text(content: bytes) -> str:
    pages, characters = [], 0
    with closing(PdfDocument(content)) as document:
        for index in range(min(len(document), MOST_TEXT_PAGES)):
            with closing(document[index]) as page, closing(page.get_textpage()) as text:
                pages.append(text.get_text_bounded())
            characters += len(pages[-1])
            if characters > MOST_TEXT_CHARACTERS:
                raise UnreadableError("The PDF holds more text than any certificate.")
    return PAGE_BREAK.join(pages)
