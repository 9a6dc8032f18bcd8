"""Add to a seal what makes it last: time-stamps and validation data in `etsiU` (ETSI TS 119 182-1 clause 5.3).

The payload, the protected header and the signature stand as they stood, so what was sealed, approved and bound stays
the same octets; entries are only ever added at the end, since every archive time-stamp covers those before it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vc_issuer.encoding.multikey import base64url_encode
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InvalidError
from vc_issuer.model.credential import JsonValue
from vc_issuer.securing.jades_evidence import ValidationData
from vc_issuer.securing.jades_header import JADES
from vc_issuer.securing.jws import parse_jws, write_general


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSeal:
    """A seal of one signature, taken apart to be added to: everything as it stands, entries of `etsiU` in base64url."""

    payload: str = field(repr=False)
    protected: str = field(repr=False)
    signature: str
    entries: tuple[str, ...]

    def signature_message(self) -> bytes:
        """Return what a signature time-stamp is over (clause 5.3.4)."""
        return self.signature.encode("ascii")

    def archive_message(self) -> bytes:
        """Return what the next archive time-stamp is over (clause 5.3.6.2)."""
        parts = (self.payload, self.protected, self.signature, "".join(self.entries))
        return ".".join(parts).encode("utf-8")

    def with_signature_stamp(self, token: bytes) -> "OpenSeal":
        """Add a time-stamp over the signature: level B-T."""
        return self._with("sigTst", _tokens(token))

    def with_validation_data(self, data: ValidationData) -> "OpenSeal":
        """Add the certificates and answers that a later verifier will need: level B-LT."""
        seal = self
        for name, values in _values(data).items():
            seal = seal._with(name, values)
        return seal

    def with_archive_stamp(self, token: bytes) -> "OpenSeal":
        """Add a time-stamp over everything: level B-LTA."""
        return self._with("arcTst", _tokens(token))

    def with_stamp_data(self, data: ValidationData) -> "OpenSeal":
        """Add what validates the archive time-stamp before it, so that the next one covers that too: a renewal."""
        return self._with("tstVD", _values(data)) if _values(data) else self

    def write(self) -> bytes:
        """Write the seal in JSON General Serialization, with `payload` first."""
        header: Mapping[str, JsonValue] = {"etsiU": list(self.entries)} if self.entries else {}
        return write_general(self.payload, self.protected, self.signature, header=header)

    def _with(self, name: str, value: JsonValue) -> "OpenSeal":
        return replace(self, entries=(*self.entries, base64url_encode(serialise_compact({name: value}))))


def open_seal(content: bytes) -> OpenSeal:
    """Take a seal apart. Raises InvalidError for one that can't be added to, UnreadableError."""
    clause = f"{JADES} clause 5.3.1"
    jws = parse_jws(content)
    if len(jws.signatures) != 1:
        raise InvalidError("only a seal with one signature can be added to", clause=clause)
    signature = jws.signatures[0]
    if jws.is_detached or signature.is_encoded:
        raise InvalidError("only a seal that holds its payload unencoded can be added to", clause="ELM, profile EDC")
    listed = signature.unprotected.get("etsiU", [])
    if not isinstance(listed, list) or set(signature.unprotected) - {"etsiU"}:
        raise InvalidError("only a seal whose unsigned header is etsiU can be added to", clause=clause)
    entries = tuple(entry for entry in listed if isinstance(entry, str))
    if len(entries) != len(listed):
        raise InvalidError("only a seal whose etsiU stands in base64url can be added to", clause=clause)
    return OpenSeal(payload=jws.payload, protected=signature.protected, signature=signature.signature, entries=entries)


def _tokens(token: bytes) -> JsonValue:
    return {"tstTokens": [_value(token)]}


def _values(data: ValidationData) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    if data.certificates:
        found["xVals"] = [{"x509Cert": _value(der)} for der in data.certificates]
    answers = {"ocspVals": data.responses, "crlVals": data.lists}
    if any(answers.values()):
        found["rVals"] = {name: _listed(values) for name, values in answers.items() if values}
    return found


def _listed(values: Sequence[bytes]) -> JsonValue:
    return [_value(der) for der in values]


def _value(der: bytes) -> JsonValue:
    return {"val": base64.b64encode(der).decode("ascii")}
