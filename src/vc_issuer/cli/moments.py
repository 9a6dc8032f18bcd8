"""Times as people type them on the command line."""

from datetime import UTC, datetime

from vc_issuer.errors import InputError


def read_moment(text: str, option: str) -> datetime:
    """Return the time that stands behind `option`, in UTC where it names no zone. Raises InputError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option} {text!r} is no time.", remedy="Write it as 2030-01-01T09:00:00Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
