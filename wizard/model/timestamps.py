"""Times as others write them, in seconds since the epoch."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def from_iso(stamp: object) -> float | None:
    """Read a time as AWS's tools write it into their caches (ISO 8601, `Z` or `UTC` for the zone)."""
    if not isinstance(stamp, str):
        return None
    try:
        read = datetime.fromisoformat(stamp.strip().replace("UTC", "+00:00"))
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def from_http(date: str | None) -> float | None:
    """Read a `Date` header (RFC 9110 §5.6.7)."""
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None
