"""Clock skew: how far this computer's clock is off, by the time that an answer from elsewhere carries."""

from wizard.model.timestamps import from_http

MOST = 300.0
"""Seconds that a signature's time may be off (IAM guide, elements of a request signature: five minutes; S3: 15)."""


def skew(now: float, date: str | None) -> float | None:
    """Return by how many seconds `now` is ahead of a `Date` header; None where it is close enough, or tells no time."""
    theirs = from_http(date)
    off = None if theirs is None else now - theirs
    return off if off is not None and abs(off) > MOST else None


def in_words(off: float) -> str:
    """Return a skew as "6 minutes ahead of" or "6 minutes behind"."""
    return f"{round(abs(off) / 60)} minutes {'ahead of' if off > 0 else 'behind'}"
