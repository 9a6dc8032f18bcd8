"""What a JAdES signature gathers after signing: `etsiU` (ETSI TS 119 182-1 v1.2.1 clause 5.3), and its `adoTst`.

Each time-stamp is checked against what it should be over and against its own authority's signature; whether that
authority is to be believed, and what revocation data say, are other checks. What can't be checked is a doubt, which
makes the whole inconclusive and never valid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from cryptography import x509
from cryptography.x509 import ocsp

from vc_issuer.encoding.multikey import base64url_decode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.model.credential import JsonValue
from vc_issuer.securing.jades_header import JADES, standard_base64
from vc_issuer.securing.jws import Jws, JwsSignature
from vc_issuer.x509 import certificate_facts, read_time_stamp, verify_time_stamp

MAX_ENTRIES = 64  # a seal renewed every two years for a century
_ENTRY_LIMITS = JsonLimits(size=4 * 1024 * 1024, depth=16, nodes=2_000)  # a revocation list may hold megabytes
_CLAUSE = f"{JADES} clause 5.3"
_REFERENCES = frozenset({"xRefs", "rRefs", "axRefs", "arRefs"})
_SIGNED_REFERENCES = _REFERENCES | {"sigTst"}
_TIME_STAMPS = frozenset({"sigTst", "arcTst", "sigRTst", "rfsTst"})
_VALUES = frozenset({"xVals", "rVals", "axVals", "arVals", "tstVD", "anyValData"})
_NOT_BASELINE = _REFERENCES | {"sigRTst", "rfsTst"}  # clause 6.3: absent from B-LT on


class SealLevel(Enum):
    """The baseline levels of clause 6, by what is present."""

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealTimeStamp:
    """A time-stamp whose imprint and own signature hold. `certificates` are DER, its authority's first, not trusted.

    `position` is its container's place in `etsiU`; an archive time-stamp covers what has a lower one, -1 is `adoTst`.
    """

    kind: str
    time: datetime
    certificates: tuple[bytes, ...]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationData:
    """Certificates, revocation lists and OCSP answers (DER): read, and believed only where their issuers signed."""

    certificates: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    responses: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What stands beside a signature. `counter_signatures` are whole signatures over its value, still to be checked."""

    level: SealLevel
    time_stamps: tuple[SealTimeStamp, ...]
    certificates: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]
    counter_signatures: tuple[JsonValue, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    value: JsonValue
    text: str | None  # as it stands, or None if it stands in the clear


@dataclass(slots=True, kw_only=True)
class _Values:
    certificates: list[bytes] = field(default_factory=list)
    revocation_lists: list[bytes] = field(default_factory=list)
    ocsp_responses: list[bytes] = field(default_factory=list)


def check_evidence(jws: Jws, signature: JwsSignature, leaf: bytes) -> Evidence:
    """Check all that stands beside `signature`, whose certificate is `leaf`. Raises InvalidError for what is false."""
    entries = _entries(signature)
    values = _gather(entries)
    doubts: list[str] = []
    stamps = _content_stamps(jws, signature, others=values.certificates, doubts=doubts)
    for position, entry in enumerate(entries):
        if entry.name in _TIME_STAMPS:
            message = _message(jws, signature, entries=entries, position=position)
            found = _stamps(entry.name, entry.value, message=message, others=values.certificates, doubts=doubts)
            stamps += (replace(stamp, position=position) for stamp in found)
        elif entry.name not in _VALUES | _REFERENCES | {"cSig", "sigPSt"}:
            doubts.append(f"the seal carries {entry.name[:40]!r}, which is not known here")
    _check_before_expiry(stamps, leaf)
    return Evidence(
        level=_level(entries),
        time_stamps=tuple(stamps),
        certificates=tuple(values.certificates),
        revocation_lists=tuple(values.revocation_lists),
        ocsp_responses=tuple(values.ocsp_responses),
        counter_signatures=tuple(entry.value for entry in entries if entry.name == "cSig"),
        doubts=tuple(doubts),
    )


def _entries(signature: JwsSignature) -> list[_Entry]:
    unknown = [name for name in signature.unprotected if name != "etsiU"]
    if unknown:
        raise InvalidError(f"the seal has the unsigned header {unknown[0][:40]!r}", clause=_CLAUSE)
    if "etsiU" not in signature.unprotected:
        return []
    listed = signature.unprotected["etsiU"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_ENTRIES:
        raise InvalidError(f"etsiU is not a list of 1 to {MAX_ENTRIES} entries", clause=_CLAUSE)
    if len({isinstance(entry, str) for entry in listed}) > 1:
        raise InvalidError("the entries of etsiU are not all in one form", clause=f"{JADES} clause 5.3.1")
    return [_entry(entry) for entry in listed]


def _entry(entry: JsonValue) -> _Entry:
    text = entry if isinstance(entry, str) else None
    try:
        members = parse_strict(base64url_decode(entry), limits=_ENTRY_LIMITS) if isinstance(entry, str) else entry
    except VcIssuerError as error:
        raise InvalidError("an entry of etsiU can't be read", clause=_CLAUSE) from error
    if not isinstance(members, Mapping) or len(members) != 1:
        raise InvalidError("an entry of etsiU is not an object of one member", clause=_CLAUSE)
    ((name, value),) = members.items()
    return _Entry(name=name, value=value, text=text)


def _message(jws: Jws, signature: JwsSignature, *, entries: Sequence[_Entry], position: int) -> bytes | None:
    """Return what the time-stamp at `position` is over (clauses 5.3.4, 5.3.5.3 to 5.3.6.2), or None if unknown."""
    name, before = entries[position].name, entries[:position]
    if name == "sigTst":
        return signature.signature.encode("ascii")
    if entries[position].text is None or jws.is_detached:
        return None  # In the clear, a canonical form would have to be known.
    if name == "arcTst":
        stamped = _joined(before, lambda _: True)
        return b".".join(
            [jws.payload.encode("utf-8"), signature.protected.encode(), signature.signature.encode(), stamped]
        )
    if name == "sigRTst":
        return signature.signature.encode() + b"." + _joined(before, lambda entry: entry.name in _SIGNED_REFERENCES)
    return _joined(before, lambda entry: entry.name in _REFERENCES)


def _joined(entries: Sequence[_Entry], wanted: Callable[[_Entry], bool]) -> bytes:
    return "".join(entry.text or "" for entry in entries if wanted(entry)).encode("ascii")


def _content_stamps(
    jws: Jws, signature: JwsSignature, *, others: Sequence[bytes], doubts: list[str]
) -> list[SealTimeStamp]:
    if "adoTst" not in signature.header:
        return []
    message = None if jws.is_detached else jws.payload.encode("utf-8")
    return _stamps("adoTst", signature.header["adoTst"], message=message, others=others, doubts=doubts)


def _stamps(
    kind: str, container: JsonValue, *, message: bytes | None, others: Sequence[bytes], doubts: list[str]
) -> list[SealTimeStamp]:
    tokens = container.get("tstTokens") if isinstance(container, Mapping) else None
    if not isinstance(tokens, list) or not tokens:
        raise InvalidError(f"the time-stamp {kind} holds no token", clause=_CLAUSE)
    found: list[SealTimeStamp] = []
    for token in tokens:
        try:
            stamp = read_time_stamp(_value(token, kind))
            if message is None:
                doubts.append(f"what the time-stamp {kind} is over can't be told")
                continue
            certificates = verify_time_stamp(stamp, message, others)
        except InvalidError as error:
            raise InvalidError(
                f"the time-stamp {kind} doesn't hold: {error.message}",
                clause=error.clause or _CLAUSE,
                indication=error.indication or "SIG_CRYPTO_FAILURE",
            ) from error
        except InconclusiveError as error:
            doubts.append(f"the time-stamp {kind} can't be checked: {error.message}")
            continue
        except VcIssuerError as error:
            raise InvalidError(f"the time-stamp {kind} can't be read: {error.message}", clause=_CLAUSE) from error
        found.append(SealTimeStamp(kind=kind, time=stamp.time, certificates=certificates, position=-1))
    return found


def _gather(entries: Sequence[_Entry]) -> _Values:
    values = _Values()
    for entry in entries:
        if entry.name not in _VALUES:
            continue
        parts = {entry.name: entry.value}
        if entry.name in {"tstVD", "anyValData"}:
            if not isinstance(entry.value, Mapping):
                raise InvalidError(f"{entry.name} in etsiU is malformed", clause=_CLAUSE)
            parts = dict(entry.value)
        for name, value in parts.items():
            _gather_part(name, value, values)
    return values


def _gather_part(name: str, value: JsonValue, values: _Values) -> None:
    try:
        if name in {"xVals", "axVals"} and isinstance(value, list):
            for listed in value:
                if isinstance(listed, Mapping) and "x509Cert" in listed:
                    der = _value(listed["x509Cert"], name)
                    certificate_facts(der)
                    values.certificates.append(der)
        elif name in {"rVals", "arVals"} and isinstance(value, Mapping):
            for listed in _listed(value, "crlVals"):
                values.revocation_lists.append(_parsed(_value(listed, name), x509.load_der_x509_crl))
            for listed in _listed(value, "ocspVals"):
                values.ocsp_responses.append(_parsed(_value(listed, name), ocsp.load_der_ocsp_response))
        else:
            raise InvalidError(f"{name[:40]} in etsiU is malformed", clause=_CLAUSE)
    except (ValueError, VcIssuerError) as error:
        raise InvalidError(f"{name[:40]} in etsiU can't be read", clause=_CLAUSE) from error


def _listed(value: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    listed = value.get(name, [])
    if not isinstance(listed, list):
        raise InvalidError(f"{name} in etsiU is malformed", clause=_CLAUSE)
    return listed


def _parsed(der: bytes, parse: Callable[[bytes], object]) -> bytes:
    parse(der)
    return der


def _value(container: JsonValue, name: str) -> bytes:
    try:
        return standard_base64(container["val"] if isinstance(container, Mapping) else None)
    except (KeyError, ValueError) as error:
        raise InvalidError(f"a value of {name[:40]} is not base64", clause=_CLAUSE) from error


def _check_before_expiry(stamps: Sequence[SealTimeStamp], leaf: bytes) -> None:
    expiry = certificate_facts(leaf).not_after
    first = min((stamp.time for stamp in stamps if stamp.kind == "sigTst"), default=expiry)
    if first > expiry:
        raise InvalidError(
            "the seal's certificate had expired before it was time-stamped",
            clause=f"{JADES} clause 6.3",
            indication="OUT_OF_BOUNDS_NO_POE",
        )


def _level(entries: Sequence[_Entry]) -> SealLevel:
    names = [entry.name for entry in entries]
    stamps = [entry.value for entry in entries if entry.name == "sigTst"]
    # Clause 6.3: from B-T on, each signature time-stamp holds exactly one token.
    if not stamps or any(isinstance(value, Mapping) and len(_listed(value, "tstTokens")) != 1 for value in stamps):
        return SealLevel.B
    if not _VALUES & set(names) or _NOT_BASELINE & set(names):
        return SealLevel.T
    return SealLevel.LTA if "arcTst" in names else SealLevel.LT
