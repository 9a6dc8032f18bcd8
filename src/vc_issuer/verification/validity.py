"""Check 7, validity: the period that a credential states, with a minute of skew (VCDM 2.0 section 4.9, threat T45)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vc_issuer.errors import InvalidError
from vc_issuer.model.report import Verdict
from vc_issuer.verification.examination import FindingError

SKEW = timedelta(seconds=60)
CLAUSE = "VCDM 2.0 section 4.9"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z")
_STARTS = ("validFrom", "issuanceDate", "issued")
_ENDS = ("validUntil", "expirationDate")


def read_stamp(document: Mapping[str, Any], name: str) -> datetime | None:
    """Read a dateTimeStamp member, None if absent. Raises InvalidError for anything else."""
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _STAMP.match(value):
        raise InvalidError(f"{name} is no date and time with an offset", clause=CLAUSE)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError(f"{name} is no date and time", clause=CLAUSE) from error


def check_period(document: Mapping[str, Any], now: datetime) -> str:
    """Return a sentence if `now` lies in the document's period. Raises FindingError, InvalidError."""
    starts = [moment for name in _STARTS if (moment := read_stamp(document, name))]
    ends = [moment for name in _ENDS if (moment := read_stamp(document, name))]
    if starts and ends and max(starts) > min(ends):
        raise InvalidError("the credential ends before it begins", clause=CLAUSE)
    if starts and max(starts) > now + SKEW:
        raise FindingError(Verdict.NOT_YET_VALID, f"valid from {max(starts):%Y-%m-%d %H:%M} UTC on", clause=CLAUSE)
    if ends and min(ends) < now - SKEW:
        raise FindingError(Verdict.EXPIRED, f"valid until {min(ends):%Y-%m-%d %H:%M} UTC", clause=CLAUSE)
    return f"valid until {min(ends):%Y-%m-%d}" if ends else "valid without an end"
