"""The public history of an issuer's keys: a TOML file that only ever grows (decisions 3.2 and 3.4).

`[[key]]` entries bring a key in, `[[event]]` entries end one: `expires` retires it, `revoked` takes it back. Nothing
written before is ever touched, and each entry names the hash of everything before it; of several ends the earliest
counts. The file holds no secret: did.json is made from it.
"""

import base64
import binascii
import fcntl
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vc_issuer.encoding.multikey import decode_multikey, encode_multikey
from vc_issuer.errors import ConfigurationError, NotFoundError, RuleError, VcIssuerError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, PublicKey, VerificationMethod

_PREAMBLE = """\
# The public history of this issuer's keys. Entries are appended and never changed: see README.md beside this file.
"""
_KEY_FIELDS = frozenset(
    (
        *("id", "controller", "purpose", "algorithm", "public_key_multibase", "public_key_der"),
        *("valid_from", "expires", "revoked", "certificate", "previous"),
    )
)
_EVENT_FIELDS = frozenset(("id", "recorded", "expires", "revoked", "reason", "previous"))
# An entry begins behind the line before it; what it calls `previous` is the SHA-256 of everything up to there.
_ENTRY = re.compile(r"\n\[\[(key|event)\]\]\n")
_FILE_MODE = 0o644  # public, and written by its owner


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key and the one purpose it serves, with its life as it stands after all events. Times are aware UTC."""

    id: str
    controller: str
    purpose: KeyPurpose
    public_key: PublicKey
    valid_from: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    certificates: tuple[bytes, ...] = ()

    @property
    def method(self) -> VerificationMethod:
        """Return the key as a verification method."""
        return VerificationMethod(
            id=self.id,
            controller=self.controller,
            public_key=self.public_key,
            valid_from=self.valid_from,
            expires=self.expires,
            revoked=self.revoked,
            certificates=self.certificates,
        )


def method_id(controller: str, public_key: PublicKey) -> str:
    """Return the DID URL of a key: the fragment of a Multikey is its multibase value; no Multikey holds RSA."""
    if public_key.algorithm is KeyAlgorithm.RSA_SHA256:
        return f"{controller}#rsa-{hashlib.sha256(public_key.der).hexdigest()}"
    return f"{controller}#{encode_multikey(public_key)}"


def read_history(path: Path) -> tuple[VerificationMethod, ...]:
    """Return every key ever used, oldest first, retired and revoked ones included. Raises ConfigurationError."""
    return tuple(record.method for record in read_records(path))


def read_records(path: Path) -> tuple[KeyRecord, ...]:
    """Return every key with its purpose, oldest first. Raises ConfigurationError."""
    try:
        return _parse(path.read_bytes(), name=path.name)
    except OSError as error:
        raise ConfigurationError(
            f"the history of the keys, {path}, can't be read.", remedy="Restore it, or correct keys.history."
        ) from error


def append_key(path: Path, record: KeyRecord) -> None:
    """Bring a key in. The file is made if it isn't there. Raises RuleError if the id, or the key itself, is in already.

    A key serves one purpose: the same key under another id is refused (threat T11).
    """

    def text(records: tuple[KeyRecord, ...]) -> str:
        if any(held.id == record.id for held in records):
            raise RuleError(f"the key {record.id} is in the history already.")
        if any(held.public_key == record.public_key for held in records):
            raise RuleError("this key serves another purpose already.", remedy="Make a key for each purpose.")
        return _key_text(record)

    _append(path, text)


def retire_key(path: Path, method_id: str, *, expires: datetime, recorded: datetime, reason: str) -> None:
    """Let a key end at `expires`: what it signed before stays good. Raises NotFoundError, RuleError."""
    _append_end(path, method_id, {"recorded": recorded, "expires": expires, "reason": reason})


def revoke_key(path: Path, method_id: str, *, revoked: datetime, recorded: datetime, reason: str) -> None:
    """Take a key back from `revoked` on, as when it may have been stolen. Raises NotFoundError, RuleError."""
    _append_end(path, method_id, {"recorded": recorded, "revoked": revoked, "reason": reason})


def _append_end(path: Path, method_id: str, members: Mapping[str, datetime | str]) -> None:
    def text(records: tuple[KeyRecord, ...]) -> str:
        held = next((record for record in records if record.id == method_id), None)
        if held is None:
            raise NotFoundError(f"no key {method_id} in the history.")
        if held.revoked is not None:
            raise RuleError(f"the key {method_id} was revoked already, and that is final.")
        return _table("event", {"id": method_id, **members})

    if not path.exists():
        raise NotFoundError(f"there is no history of keys at {path}.")
    _append(path, text)


def _append(path: Path, text: Callable[[tuple[KeyRecord, ...]], str]) -> None:
    """Add what `text` makes of the entries there, in one write at the end of the file, one process at a time."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, _FILE_MODE)
    except OSError as error:
        raise ConfigurationError(
            f"the history of the keys, {path}, can't be written.", remedy="Is the folder there, and yours to write?"
        ) from error
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        begun = b"" if content else _PREAMBLE.encode("utf-8")
        entry = text(_parse(content, name=path.name))
        previous = hashlib.sha256(content + begun).hexdigest()
        addition = begun.decode("utf-8") + entry + f'previous = "{previous}"\n'
        # Whatever would not be read back must not be written: nobody may mend it afterwards.
        _parse(content + addition.encode("utf-8"), name=path.name)
        file.write(addition.encode("utf-8"))
        os.fsync(descriptor)


def _parse(content: bytes, *, name: str) -> tuple[KeyRecord, ...]:
    try:
        text = content.decode("utf-8")
        document = tomllib.loads(text)
        records = _records(document)
        _check_chain(text, document)
    except (ValueError, KeyError, TypeError, AttributeError, VcIssuerError) as error:
        raise ConfigurationError(
            f"the history of the keys, {name}, is broken: {error}.", remedy="Restore it; it is never edited by hand."
        ) from error
    return records


def _check_chain(text: str, document: Mapping[str, Any]) -> None:
    """Check that each entry names the hash of everything before it, so that nothing there was edited since."""
    entries = {name: iter(document.get(name, [])) for name in ("key", "event")}
    found = list(_ENTRY.finditer(text))
    if len(found) != sum(len(document.get(name, [])) for name in entries):
        raise ValueError("an entry was not written by this program")
    for number, match in enumerate(found, start=1):
        before = hashlib.sha256(text[: match.start()].encode("utf-8")).hexdigest()
        if next(entries[match[1]]).get("previous") != before:
            raise ValueError(f"entry {number} does not follow from what stands before it: something there was changed")


def _records(document: Mapping[str, Any]) -> tuple[KeyRecord, ...]:
    unknown = set(document) - {"key", "event"}
    if unknown:
        raise ValueError(f"{min(unknown)!r} is neither a key nor an event")
    records: dict[str, KeyRecord] = {}
    for members in document.get("key", []):
        record = _record(members)
        if record.id in records:
            raise ValueError(f"the key {record.id} is in twice")
        records[record.id] = record
    for members in document.get("event", []):
        _apply(members, records)
    return tuple(records.values())


def _record(members: Mapping[str, Any]) -> KeyRecord:
    _check_names(members, _KEY_FIELDS)
    key_id, controller = members["id"], members["controller"]
    if not key_id.startswith(f"{controller}#"):
        raise ValueError(f"the key {key_id} is not its controller's")
    algorithm = KeyAlgorithm(members["algorithm"])
    if "public_key_multibase" in members:
        public_key = decode_multikey(members["public_key_multibase"])
    else:
        public_key = PublicKey(algorithm=algorithm, der=_binary(members["public_key_der"]))
    if public_key.algorithm is not algorithm:
        raise ValueError(f"the key {key_id} is of another algorithm than it says")
    return KeyRecord(
        id=key_id,
        controller=controller,
        purpose=KeyPurpose(members["purpose"]),
        public_key=public_key,
        valid_from=_moment(members["valid_from"]),
        expires=_moment(members["expires"]) if "expires" in members else None,
        revoked=_moment(members["revoked"]) if "revoked" in members else None,
        certificates=tuple(_binary(text) for text in members.get("certificate", [])),
    )


def _apply(members: Mapping[str, Any], records: dict[str, KeyRecord]) -> None:
    _check_names(members, _EVENT_FIELDS)
    _moment(members["recorded"])
    if members["id"] not in records:
        raise ValueError(f"an event names the unknown key {members['id']}")
    ends = {name: _moment(members[name]) for name in ("expires", "revoked") if name in members}
    if not ends:
        raise ValueError(f"an event of the key {members['id']} ends nothing")
    record = records[members["id"]]
    expires = min((moment for moment in (record.expires, ends.get("expires")) if moment), default=None)
    revoked = min((moment for moment in (record.revoked, ends.get("revoked")) if moment), default=None)
    records[record.id] = replace(record, expires=expires, revoked=revoked)


def _check_names(members: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = set(members) - known
    if unknown:
        raise ValueError(f"{min(unknown)!r} is no field of it")


def _key_text(record: KeyRecord) -> str:
    members: dict[str, Any] = {
        "id": record.id,
        "controller": record.controller,
        "purpose": record.purpose.value,
        "algorithm": record.public_key.algorithm.value,
    }
    if record.public_key.algorithm is KeyAlgorithm.RSA_SHA256:
        members["public_key_der"] = base64.b64encode(record.public_key.der).decode("ascii")  # no Multikey holds RSA
    else:
        members["public_key_multibase"] = encode_multikey(record.public_key)
    members["valid_from"] = record.valid_from
    members |= {name: getattr(record, name) for name in ("expires", "revoked") if getattr(record, name)}
    if record.certificates:
        members["certificate"] = [base64.b64encode(der).decode("ascii") for der in record.certificates]
    return _table("key", members)


def _table(name: str, members: Mapping[str, Any]) -> str:
    lines = [f"{field} = {_literal(value)}" for field, value in members.items()]
    return "\n".join(["", f"[[{name}]]", *lines, ""])


def _literal(value: Any) -> str:
    if isinstance(value, datetime):
        return _moment(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list):
        return "[\n" + "".join(f"    {_literal(item)},\n" for item in value) + "]"
    # A JSON text is a TOML basic string but for DEL, which has no place in a name or a reason anyway.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return value.astimezone(UTC)


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a value is not base64") from error
