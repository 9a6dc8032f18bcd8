"""The clock that everything below is handed the time of."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Read the clock: aware UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
