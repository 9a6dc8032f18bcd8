"""A photo, a scan or an address: it proves nothing, but may lead to what does (threat T37).

The address is followed only to hosts that may be asked. Else the reader is told which address to open, and which host
has to stand in the browser.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from vc_issuer.carriers.open import Carried, CarrierKind
from vc_issuer.errors import InconclusiveError
from vc_issuer.model.report import CheckId, Report
from vc_issuer.verification.examination import Examination, verdict_of, worse
from vc_issuer.verification.examined import ExaminedFile, labelled
from vc_issuer.verification.trust import LookUp

Examine: TypeAlias = Callable[[bytes, str], ExaminedFile]

_SEEN = {
    CarrierKind.PICTURE: "a picture with a QR code",
    CarrierKind.SCAN: "a PDF without a credential, with a QR code in print",
    CarrierKind.ADDRESS: "an address",
}
_CLAUSE = "threat T37"


def follow(carried: Carried, name: str, now: datetime, look_up: LookUp | None, examine: Examine) -> ExaminedFile:
    """Return the report on a pointer: that of the document behind it, or where the reader finds it."""
    examination = Examination()
    address = carried.addresses[0]
    host = urlsplit(address).hostname or ""
    examination.attempt(CheckId.READ, lambda: (None, _SEEN[carried.kind], "decisions 7.3"))
    examination.attempt(CheckId.RECOGNISE, lambda: (None, f"it leads to {host}", _CLAUSE))
    content = examination.attempt(CheckId.PROOF, lambda: _fetched(address, host, look_up))
    if content is None:
        examination.skip(CheckId.TRUST, "not looked at, because there is no credential")
        return ExaminedFile(report=_report(carried, name, now, examination, None))
    found = examine(content, host)
    examination.attempt(CheckId.CARRIER, lambda: (None, _compare(carried, host), _CLAUSE))
    return ExaminedFile(report=_report(carried, name, now, examination, found.report), credentials=found.credentials)


def _fetched(address: str, host: str, look_up: LookUp | None) -> tuple[bytes, str, str]:
    advice = f"Open {address} yourself, and see that your browser shows {host}."
    if look_up is None:
        raise InconclusiveError("it proves nothing by itself, and nobody is asked here.", remedy=advice, clause=_CLAUSE)
    try:
        content = look_up.get_file(address)
    except InconclusiveError as error:
        raise InconclusiveError(
            f"it proves nothing by itself, and what it leads to could not be had: {error.message}.",
            remedy=advice,
            clause=_CLAUSE,
        ) from error
    return content, f"what {host} keeps at this address was fetched, and is checked below", _CLAUSE


def _compare(carried: Carried, host: str) -> str:
    if carried.kind is CarrierKind.ADDRESS:
        return f"what was checked is what {host} keeps at this address"
    return f"what was checked is what {host} keeps behind the QR code, not the picture: compare the two"


def _report(carried: Carried, name: str, now: datetime, examination: Examination, found: Report | None) -> Report:
    checks = list(examination.results)
    verdict = verdict_of(checks)
    if found is not None:
        verdict = worse(verdict, found.verdict)
        checks = sorted([*checks, *labelled(found)], key=lambda result: result.check.number)
    return Report(
        file=name,
        format=carried.kind.value,
        verdict=verdict,
        checks=tuple(checks),
        checked_at=now,
        issuer=found.issuer if found else None,
        summary=found.summary if found else None,
        parts=(found,) if found else (),
    )
