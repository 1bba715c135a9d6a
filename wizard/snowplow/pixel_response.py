"""HTTP responses for the pixel: every way one can be wrong, told apart by status, headers, and body. Pure.

What CloudFront says instead of the pixel is told apart in `wizard.snowplow.refusals`.
"""

from wizard.knowledge.fronts import CLOUDFLARE as NAME_OF_CLOUDFLARE
from wizard.knowledge.fronts import front_of
from wizard.model.ports import Response
from wizard.snowplow.pixel_image import PixelError, validate
from wizard.snowplow.refusals import BY_FUNCTION, PAGE_HEAD, PixelFault, generated, refused

CACHE_CONTROL = "max-age=0, s-maxage=31536000"
"""Kept at the edge, asked again by the browser, so that an identical event on the next page is logged too."""

METADATA = "snowpixel"
"""Name of the metadata of our pixel's files that holds their setup's id, so that a look from outside knows them."""

MARK = f"x-amz-meta-{METADATA}"
"""Header in which S3 repeats it."""

SERVED = frozenset({200, 304})

CLOUDFLARE = PixelFault("cloudflare-proxy", "Cloudflare's proxy answers at {host}, in front of CloudFront")
BANNED = PixelFault("cloudflare-1014", "Cloudflare refuses to serve {host}: its record points to another account")
IN_FRONT = "proxy-in-front"
NOT_CLOUDFRONT = PixelFault("not-cloudfront", "Something that isn't CloudFront answers for {host}")


def by_cloudfront(response: Response) -> bool:
    """Whether CloudFront answered, or somebody passed on what it said: its answers carry this header, refusals too."""
    return "x-amz-cf-id" in response.headers


def fault_in(response: Response) -> PixelFault | None:
    """Return what is wrong with an answer to a GET of the pixel with an `Origin`; None if nothing is."""
    return sender_fault(response) or fault_behind(response)


def sender_fault(response: Response) -> PixelFault | None:
    """Return the fault that somebody else than CloudFront sent an answer; None where CloudFront did."""
    if by_cloudflare(response):
        return of_cloudflare(response)
    if not by_cloudfront(response):
        return NOT_CLOUDFRONT
    front = in_front(response)
    return proxied(front) if front else None


def in_front(response: Response) -> str:
    """Return the name of the proxy that passed CloudFront's answer on; empty where CloudFront itself answered."""
    return front_of(response.headers) if by_cloudfront(response) else ""


def proxied(front: str) -> PixelFault:
    """Return the fault that another proxy than Cloudflare's answers in front of CloudFront."""
    return PixelFault(IN_FRONT, f"{front} answers for {{host}}, in front of CloudFront")


def fault_behind(response: Response) -> PixelFault | None:
    """Return what is wrong with CloudFront's answer itself, whoever passed it on; None if nothing is."""
    if response.status not in SERVED:
        return refused(response)
    fault = _content(response) or _headers(response)
    return BY_FUNCTION if fault and generated(response) else fault


def by_cloudflare(response: Response) -> bool:
    """Whether Cloudflare's proxy answered."""
    return front_of(response.headers) == NAME_OF_CLOUDFLARE


def of_cloudflare(response: Response) -> PixelFault:
    """Say what an answer of Cloudflare's proxy means: it works in front, or refuses (its error 1014)."""
    page = response.body[:PAGE_HEAD].decode("utf-8", "replace").lower()
    banned = response.status >= 400 and ("error code: 1014" in page or "cname cross-user banned" in page)  # noqa: PLR2004
    return BANNED if banned else CLOUDFLARE


def _content(response: Response) -> PixelFault | None:
    if response.status != 200:  # noqa: PLR2004 - 304 has no body
        return None
    try:
        image = validate(response.body)
    except PixelError as error:
        return PixelFault("pixel-broken", f"{{host}}/i doesn't serve a pixel: {error}")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != image.content_type:
        return PixelFault("content-type-wrong", f"{{host}}/i says it is '{kind}' but is {image.content_type}")
    return None


def _headers(response: Response) -> PixelFault | None:
    if fault := _cors(response.headers.get("access-control-allow-origin", "")):
        return fault
    if _directives(response.headers.get("cache-control", "")) != _directives(CACHE_CONTROL):
        return PixelFault("cache-control-differs", "{host}/i isn't cached as it should be", serious=False)
    return None


def _cors(allowed: str) -> PixelFault | None:
    """Judge the header by which a browser decides whether the tracker sees the answer (Fetch standard, CORS check)."""
    if allowed == "*":
        return None
    if not allowed:
        return PixelFault("cors-missing", "{host}/i doesn't allow other origins, so trackers stop sending")
    if "," in allowed:
        return PixelFault("cors-twice", "{host}/i allows other origins twice, which browsers treat as not at all")
    return PixelFault("cors-narrow", "{host}/i allows one origin at a time, so trackers on other sites stop sending")


def _directives(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())
