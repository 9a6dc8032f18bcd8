"""Bake a credential into an SVG and take it out again (Open Badges 3.0 section 5.3).

The drawing is never rendered. A document type may name the public one of SVG, which is never fetched; one with
declarations of its own is refused, so there are no entities to expand (threat T33).
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from vc_issuer.errors import InputError, UnreadableError

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
MOST_CREDENTIAL_BYTES = 5 * 2**20  # decisions 7.6: the largest payload of any format
MOST_DEPTH = 256  # far deeper than drawing programs nest
_SEPARATOR = " "
# Version 3 as it is written here, and what version 2 baked, to be recognised.
_CARRYING = frozenset((f"{NAMESPACE}{_SEPARATOR}credential", f"http://openbadges.org{_SEPARATOR}assertion"))
_JWS_START = re.compile(rb"[A-Za-z0-9_-]+\.")


def bake_svg(picture: bytes, credential: bytes) -> bytes:
    """Put the secured bytes directly after the opening `<svg>`: a JWS as an attribute, JSON as character data."""
    seen = _read(picture)
    if seen.found:
        raise InputError("The SVG picture carries a credential already.", remedy="Bake into the plain picture.")
    start, end = seen.root_start, _end_of_tag(picture, seen.root_start)
    tag = picture[start:end]
    if tag.endswith(b"/>"):
        raise InputError("The SVG picture is empty.")
    if b"xmlns:openbadges" not in tag:
        name = re.match(rb"<[^\s>]+", tag)
        cut = name.end() if name else 0
        tag = tag[:cut] + f' xmlns:openbadges="{NAMESPACE}"'.encode() + tag[cut:]
    baked = picture[:start] + tag + _element(credential) + picture[end:]
    if extract_svg(baked) != credential:
        # XML can't hold some characters, and turns every line break into a line feed: signed bytes would change.
        raise InputError("The credential's bytes do not survive in an SVG picture.", remedy="Use the PNG picture.")
    return baked


def extract_svg(content: bytes) -> bytes:
    """Return the credential that an SVG carries. Raises UnreadableError if there is none, or more than one."""
    found = _read(content).found
    if len(found) != 1:
        raise UnreadableError(
            f"The SVG picture carries {len(found)} credentials as 'openbadges:credential'.",
            remedy="Give the picture as the issuer delivered it.",
        )
    attribute, *characters = found[0]
    texts = [text for text in (attribute.strip(), "".join(characters).strip()) if text]
    if len(texts) != 1:
        raise UnreadableError("The SVG picture's credential must be either an attribute or text.")
    if len(texts[0]) > MOST_CREDENTIAL_BYTES:
        raise UnreadableError("The credential in the SVG picture is larger than 5 MiB.")
    return texts[0].encode()


@dataclass(slots=True)
class _Reading:
    """What one pass over the drawing finds: the root's position, and the text of each credential."""

    root_start: int = -1
    depth: int = 0
    inside: bool = False
    found: list[list[str]] = field(default_factory=list)


def _read(content: bytes) -> _Reading:
    seen = _Reading()
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)

    def start(name: str, attributes: dict[str, str]) -> None:
        seen.depth += 1
        if seen.depth == 1:
            seen.root_start = parser.CurrentByteIndex
            if name != f"{SVG_NAMESPACE}{_SEPARATOR}svg":
                raise UnreadableError("This XML file is no SVG picture.")
        if seen.depth > MOST_DEPTH:
            raise UnreadableError("The SVG picture nests too deeply.")
        if seen.depth == 2 and name in _CARRYING:
            seen.inside = True
            seen.found.append([attributes.get("verify", "")])

    def end(_name: str) -> None:
        seen.inside = seen.inside and seen.depth != 2
        seen.depth -= 1

    def text(characters: str) -> None:
        if seen.inside and seen.depth == 2:
            seen.found[-1].append(characters)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _check_document_type
    parser.EntityDeclHandler = parser.SkippedEntityHandler = _refuse_entity
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as cause:
        raise UnreadableError("The SVG picture is not well-formed XML.") from cause
    return seen


def _check_document_type(_name: str, _system: str | None, _public: str | None, declares: int) -> None:
    if declares:
        raise UnreadableError("The SVG picture declares a document type of its own.", remedy="Save it without one.")


def _refuse_entity(*_: object) -> None:
    raise UnreadableError("The SVG picture uses XML entities.", remedy="Save it without them.")


def _element(credential: bytes) -> bytes:
    if _JWS_START.match(credential):
        return b'<openbadges:credential verify="' + credential + b'"/>'
    return (
        b"<openbadges:credential><![CDATA["
        + credential.replace(b"]]>", b"]]]]><![CDATA[>")
        + b"]]></openbadges:credential>"
    )


def _end_of_tag(picture: bytes, start: int) -> int:
    quote = b""
    for position in range(start, len(picture)):
        byte = picture[position : position + 1]
        if quote:
            quote = b"" if byte == quote else quote
        elif byte in {b'"', b"'"}:
            quote = byte
        elif byte == b">":
            return position + 1
    raise InputError("The SVG picture must be UTF-8.")
