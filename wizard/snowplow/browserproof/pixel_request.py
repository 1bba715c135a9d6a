"""The pixel as snowpixel gets it while a browser cannot: tells a fault of the setup from one of the browser."""

from wizard.model.ports import Web, WebError
from wizard.snowplow.browserproof.verdict import OK
from wizard.snowplow.pixel_response import fault_in
from wizard.snowplow.tracker.served import ASKING

_UNREACHED = {"resolve": "browser-address", "tls": "browser-certificate"}
"""Kind of a `WebError` to what it means for the pixel."""


async def pixel_seen(web: Web, host: str) -> str:
    """Return `ok`, or the id of the problem with the pixel at a host, asked as a page of another site does."""
    try:
        answer = await web.get(f"https://{host}/i", headers={"Origin": ASKING["Origin"]})
    except WebError as error:
        return _UNREACHED.get(error.kind, "network-unreachable")
    fault = fault_in(answer)
    return fault.problem if fault and fault.serious else OK
