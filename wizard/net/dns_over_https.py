"""One DNS query over HTTPS (RFC 8484), for networks that close port 53. Blocking.

It is asked by GET, and spoken as HTTP/1.1, as everything here is; a service that takes HTTP/2 alone is as good as not
reached.
"""

import base64
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

import dns.exception
import dns.message
import urllib3

from wizard.model.ports import DnsOutcome, WebError
from wizard.net.dns_query import Said, understand
from wizard.net.http_get import Request, get

TYPE = "application/dns-message"

LONGEST = 65_535
"""Bytes of the longest DNS message."""


def ask_over_https(
    query: dns.message.Message,
    name: str,
    address: str,
    *,
    where: tuple[str, int],
    trust: ssl.SSLContext,
    seconds: float,
) -> Said:
    """Ask a resolver at its well-known path; never raises for what the network does.

    Args:
        query: the question; it is sent with id 0, as the standard asks for.
        name: of the service, in its certificate and its URL.
        address: of the service, which need not be looked up.
        where: host and port to dial for it.
        trust: the verifying context.
        seconds: to connect, and between bytes.
    """
    sent = base64.urlsafe_b64encode(bytes(2) + query.to_wire()[2:]).rstrip(b"=").decode()
    url = urlsplit(f"https://{name}/dns-query?dns={sent}")
    request = Request(url, LONGEST, urllib3.Timeout(connect=seconds, read=seconds), trust, {"Accept": TYPE})
    try:
        answer = get(request, where, address)
    except WebError as error:
        return Said(DnsOutcome.TIMEOUT if error.kind == "timeout" else DnsOutcome.UNREACHABLE)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status != HTTPStatus.OK or kind != TYPE:
        return Said(DnsOutcome.UNREACHABLE)  # a portal's page, for example
    try:
        message = dns.message.from_wire(answer.body)
    except dns.exception.DNSException:
        return Said(DnsOutcome.SERVFAIL)
    return understand(message) if message.question == query.question else Said(DnsOutcome.SERVFAIL)
