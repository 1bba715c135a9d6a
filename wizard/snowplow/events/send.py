"""The test event: one page view, sent to be found again in the access log."""

from urllib.parse import quote, urlencode

from wizard.snowplow.events.columns import CHECK_APP

TITLE = "snowpixel test event: 100 % & é ✓ ~"
"""Holds what goes wrong when a log's escapes are misread, so that finding it intact proves the decoding too."""

AS_BROWSERS_DO = "~!*'()"
"""What browsers send as it is in a query (encodeURIComponent); the log escapes two of these."""


def check_event(event_id: str, at_ms: int, *, page_url: str, version: str) -> str:
    """Build path and query of the test event.

    Args:
        event_id: a fresh UUID; a repeated one would be taken for a repetition and left out.
        at_ms: the time in milliseconds since the epoch.
        page_url: the page that is said to have been viewed.
        version: snowpixel's version.

    Returns:
        What to append to `https://HOST`; the keys stand in the order in which the web tracker sends them.
    """
    values = {
        "stm": str(at_ms),
        "e": "pv",
        "url": page_url,
        "page": TITLE,
        "eid": event_id,
        "tv": f"snowpixel-{version}",
        "aid": CHECK_APP,
        "p": "web",
        "dtm": str(at_ms),
    }
    return f"/i?{urlencode(values, quote_via=quote, safe=AS_BROWSERS_DO)}"
