"""What CloudFront compresses for the viewer (developer guide: Serving compressed files).

Brotli, which CloudFront prefers where a viewer takes it, is not in Python's library: here it is gzip, always.
"""

import gzip
from collections.abc import Mapping

TYPES = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/x-javascript",
        "application/xml",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
        "text/xml",
    }
)
"""Those of CloudFront's list that somebody could put into the bucket."""

SMALLEST, LARGEST = 1_000, 10_000_000
"""Bytes between which it packs."""


def packed(headers: Mapping[str, str], body: bytes, *, accepted: str, compress: bool) -> tuple[dict[str, str], bytes]:
    """Return headers and body as the viewer gets them.

    Args:
        headers: the answer's, lower case.
        body: the origin's bytes.
        accepted: the viewer's `Accept-Encoding`.
        compress: the distribution's `Compress`.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    fits = kind in TYPES and SMALLEST <= len(body) <= LARGEST and "content-encoding" not in headers
    if not (compress and fits and "gzip" in accepted.lower()):
        return dict(headers), body
    etag = headers.get("etag", "")
    weak = {"etag": f"W/{etag}"} if etag.startswith('"') else {}
    return {**headers, **weak, "content-encoding": "gzip", "vary": "Accept-Encoding"}, gzip.compress(body, mtime=0)
