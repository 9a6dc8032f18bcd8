"""Keep secured bytes as what they add to the prepared ones: the prepared bytes are stored already; pure.

A badge is its prepared bytes with a proof at their end; a seal carries its payload as a JSON text. Both are kept as a
mark, what stands before and what stands after. Bytes that are neither are kept whole, as all were before: no document
of JSON and no compact JWS begins with a mark.
"""

from typing import TypeAlias

_WHOLE = b"\x00"  # what begins like a mark
_APPENDED = b"\x01"  # the prepared bytes without their last brace, then the rest
_QUOTED = b"\x02"  # the length of what stands before (4 bytes), that, the prepared bytes as a JSON text, the rest
_LENGTH = 4
_BEGINNING = 64


Around: TypeAlias = tuple[bytes, bytes]
"""What stands before the prepared bytes as a JSON text, and what stands after."""


def difference(secured: bytes, prepared: bytes, around: Around | None = None) -> bytes:
    """Return what `restored` makes the secured bytes from, or those themselves where they don't hold the prepared.

    Whoever put the prepared bytes into a text says by `around` where it stands. To write that text again, only to
    compare it, takes as long as a signature: its beginning, its end and what is around it are compared.
    """
    if around is not None and _stands_within(secured, prepared, *around):
        kept: bytes | None = _kept(*around)
    else:
        kept = _appended(secured, prepared) or _quoted(secured, prepared)
    if kept is not None:
        return kept
    return _WHOLE + secured if secured[:1] in (_WHOLE, _APPENDED, _QUOTED) else secured


def restored(kept: bytes, prepared: bytes) -> bytes:
    """Return the secured bytes, byte for byte."""
    if kept.startswith(_APPENDED):
        return prepared[:-1] + kept[1:]
    if kept.startswith(_QUOTED):
        start = 1 + _LENGTH
        end = start + int.from_bytes(kept[1:start])
        return b"".join((kept[start:end], _as_text(prepared), kept[end:]))
    return kept[1:] if kept.startswith(_WHOLE) else kept


def _appended(secured: bytes, prepared: bytes) -> bytes | None:
    return _APPENDED + secured[len(prepared) - 1 :] if prepared and secured.startswith(prepared[:-1]) else None


def _quoted(secured: bytes, prepared: bytes) -> bytes | None:
    if not prepared:
        return None
    text = _as_text(prepared)
    # To look for a long text is slow, to compare with one is not: it stands where its beginning first does.
    start = secured.find(text[:_BEGINNING])
    if start >= 0 and not secured.startswith(text, start):
        start = secured.find(text, start)
    if start < 0:
        return None
    return _kept(secured[:start], secured[start + len(text) :])


def _kept(before: bytes, after: bytes) -> bytes:
    return b"".join((_QUOTED, len(before).to_bytes(_LENGTH), before, after))


def _stands_within(secured: bytes, prepared: bytes, before: bytes, after: bytes) -> bool:
    first, last = _as_text(prepared[:_BEGINNING]), _as_text(prepared[-_BEGINNING:])
    is_long_enough = len(secured) >= len(before) + len(prepared) + len(after)
    return is_long_enough and secured.startswith(before + first) and secured.endswith(last + after)


def _as_text(content: bytes) -> bytes:
    return content.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
