"""Replies that are none of AWS's: recognized before botocore reads them, and named without repeating their bytes.

A captive portal, a company's proxy or a broken connection answers in AWS's place with a web page, a redirect, half a
document or another service's. botocore's own errors then quote the reply, and a reply of STS holds keys.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from wizard.aws.errors import SERVER_FAULT, UNREADABLE, AwsError, translate
from wizard.model.masking import masked

TITLE_LIMIT = 80
"""Characters of a web page's title that are shown."""

_PAGE = re.compile(
    rb"\A\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(rb"<title[^>]*>(.{0,400}?)</title", re.IGNORECASE | re.DOTALL)
_XML, _JSON = ("rest-xml", "query", "ec2"), ("json", "rest-json")
MOST_TAGS = 200_000
"""Tags of a reply in XML, seven times those of S3's longest: parsed, each takes fifty times its own bytes."""

REFUSED = 400
"""HTTP status from which a request is refused."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REQUEST_IDS = frozenset({"x-amz-request-id", "x-amzn-requestid"})
"""Headers with which AWS numbers its replies."""


class UnreadableReplyError(Exception):
    """What came back is no reply of AWS's.

    Its text says what it is, as the end of "… answered with"; it never repeats more of the reply than a page's title.
    """


def unreadable(what: str, operation: str) -> AwsError:
    """Return the error for a reply that is none of AWS's.

    Args:
        what: what came back, as the end of "answered with".
        operation: what was called, `service:Operation`.
    """
    return translate(UNREADABLE, f"answered with {what}", operation)


def refuse_unreadable(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Look at a raw reply before botocore parses it; a handler of botocore's `before-parse` event.

    Raises:
        UnreadableReplyError: it is no reply of AWS's to this operation.
    """
    status, body = int(response_dict["status_code"]), response_dict["body"]
    if not isinstance(body, bytes) or operation_model.http.get("method") == "HEAD":
        _refuse_unnumbered(status, response_dict)
        return
    protocol = operation_model.service_model.resolved_protocol
    if protocol in _XML and body.count(b"<") > MOST_TAGS:
        raise UnreadableReplyError("far more fields than any reply has")
    readable = _readable(protocol, body)
    if status >= SERVER_FAULT:
        if not readable or is_page(body):
            response_dict["body"] = b""  # botocore tries again by the status alone, and has nothing to quote
        return
    headers = response_dict["headers"]
    content = str(headers.get("content-type", "")).lower()
    if is_page(body) or ("text/html" in content and not readable):
        raise UnreadableReplyError(_page(body))
    if status in _REDIRECTS and not (readable and body.strip()):
        raise UnreadableReplyError(_redirect(str(headers.get("location", ""))))
    if status >= REFUSED:
        if not readable or not (body.strip() or _numbered(headers)):
            raise UnreadableReplyError(f"an error {status} that isn't from AWS")
    elif status < min(_REDIRECTS):
        _refuse_broken(operation_model, protocol, body, readable=readable)


def _refuse_unnumbered(status: int, response_dict: dict[str, Any]) -> None:
    """Refuse a file, or a reply without a body, that does not say AWS's number for the request."""
    if status >= SERVER_FAULT or _numbered(response_dict["headers"]):
        return
    if not isinstance(response_dict["body"], bytes):
        response_dict["body"].close()  # nobody is going to read it
    raise UnreadableReplyError("a reply without AWS's request ID")


def _numbered(headers: Mapping[str, str]) -> bool:
    """Whether a reply says AWS's number for the request, as all of S3's do (S3 API reference: response headers).

    Nothing else tells in a file, or where there is no body.
    """
    return bool(_REQUEST_IDS & {name.lower() for name in headers})


def _refuse_broken(operation_model: Any, protocol: str, body: bytes, *, readable: bool) -> None:
    """Refuse what a successful reply to an operation cannot be."""
    shape = operation_model.output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    kind = shape.members[payload].type_name if payload else ""
    if kind == "blob":
        return  # a file
    if kind == "string":  # a bucket's policy
        if not body.strip() or not _readable(_JSON[0], body):
            raise UnreadableReplyError("something that isn't JSON")
        return
    if body.strip():
        if not readable:
            raise UnreadableReplyError(f"something that isn't {'JSON' if protocol in _JSON else 'XML'}")
    elif protocol in (*_XML, *_JSON) and (payload or _has_body(shape)):
        raise UnreadableReplyError("an empty reply")


def _has_body(shape: Any) -> bool:
    """Whether an operation's output has fields that stand in the body."""
    members = shape.members.values() if shape is not None else ()
    return any(member.serialization.get("location") is None for member in members)


def is_page(body: bytes) -> bool:
    """Whether a body is a web page."""
    return bool(_PAGE.match(body))


def _readable(protocol: str, body: bytes) -> bool:
    """Whether a body has the form of the protocol, as far as its ends tell; XML is parsed by botocore anyway."""
    text = body.strip()
    if protocol in _JSON:
        try:
            return isinstance(json.loads(text or b"{}"), dict)
        except (ValueError, RecursionError):
            return False
    return not text or protocol not in _XML or (text.lstrip(b"\xef\xbb\xbf").startswith(b"<") and text.endswith(b">"))


def _page(body: bytes) -> str:
    found = _TITLE.search(body)
    title = masked(" ".join(html.unescape(found[1].decode(errors="replace")).split())) if found else ""
    title = "".join(each for each in title if each.isprintable())
    return f'a web page: "{title[:TITLE_LIMIT]}"' if title else "a web page"


def _redirect(location: str) -> str:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    return f"a redirect to {host}" if host else "a redirect"
