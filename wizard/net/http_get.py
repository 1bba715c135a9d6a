"""One HTTP GET to one address, with SNI and Host chosen freely. Blocking."""

import ssl
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult

import urllib3

from wizard.model.exhaustion import refuse_exhausted
from wizard.model.ports import AGENT, Response, WebError
from wizard.model.terminal_text import printable
from wizard.model.tracebacks import with_causes

PORTS = {"http": 80, "https": 443}


SLOWEST = 8.0
"""Seconds for a whole body: a server that sends a byte now and then must not hold a check."""

CHUNK = 8192


@dataclass(frozen=True)
class Request:
    """What to get.

    Attributes:
        url: the split URL; its host name goes into SNI and Host.
        headers: extra request headers.
        limit: most bytes of body.
        timeout: seconds to connect and between bytes.
        trust: the verifying TLS context.
    """

    url: SplitResult
    limit: int
    timeout: urllib3.Timeout
    trust: ssl.SSLContext
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The host name, lower case."""
        return (self.url.hostname or "").rstrip(".")

    @property
    def port(self) -> int:
        """The port, by default the scheme's.

        Raises:
            WebError: it is no port number.
        """
        try:
            return self.url.port or PORTS[self.url.scheme]
        except ValueError as error:
            raise WebError("protocol", "the URL's port is not a number") from error

    @property
    def target(self) -> str:
        """Path and query as they go into the request line."""
        return (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")

    @property
    def sent(self) -> dict[str, str]:
        """All request headers."""
        ours = {"Host": self.url.netloc.rpartition("@")[2], "User-Agent": AGENT, "Accept-Encoding": "identity"}
        return {**ours, **self.headers}


def get(request: Request, where: tuple[str, int], address: str) -> Response:
    """Get from the server at `where`.

    Args:
        request: what to get.
        where: host and port to dial.
        address: the address to report.

    Raises:
        WebError: no answer.
    """
    pool: urllib3.HTTPConnectionPool
    if request.url.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            *where,
            server_hostname=request.host,
            assert_hostname=request.host,
            ssl_context=request.trust,
            timeout=request.timeout,
            retries=False,
        )
    else:
        pool = urllib3.HTTPConnectionPool(*where, timeout=request.timeout, retries=False)
    with pool:
        return _got(pool, request.target, request, address)


def get_by_proxy(request: Request, proxy: str) -> Response:
    """Get through an HTTP proxy, which looks up the name itself.

    Raises:
        WebError: no answer.
    """
    try:
        manager = urllib3.ProxyManager(proxy, ssl_context=request.trust, timeout=request.timeout, retries=False)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise WebError("connect", f"the proxy address can't be used: {printable(str(error))}") from error
    with manager:
        return _got(manager, request.url.geturl(), request, printable(proxy.rpartition("@")[2]))


def proxy_for(url: SplitResult) -> str | None:
    """Return the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY (or the system) ask for, if any."""
    host = url.hostname or ""
    if urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(url.scheme)


def _got(pool: urllib3.HTTPConnectionPool | urllib3.ProxyManager, target: str, request: Request, at: str) -> Response:
    began = time.monotonic()
    try:
        answer = pool.request("GET", target, headers=request.sent, preload_content=False, redirect=False, retries=False)
        try:
            body = _body(answer, request.limit, began + SLOWEST)
        finally:
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        refuse_exhausted(error)
        raise translated(error) from error
    headers = {printable(name.lower()): printable(answer.headers[name]) for name in answer.headers}
    return Response(answer.status, headers, body, at, time.monotonic() - began)


def _body(answer: urllib3.BaseHTTPResponse, limit: int, deadline: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(CHUNK):
        body += chunk
        if len(body) > limit:
            raise WebError("protocol", f"the response is longer than {limit} bytes")
        if time.monotonic() > deadline:
            raise WebError("timeout", f"the response wasn't complete after {SLOWEST:.0f} seconds")
    return bytes(body)


def translated(error: Exception) -> WebError:
    """Say what kind of failure an exception of urllib3 or the socket is."""
    cause: BaseException | None = error
    while cause is not None:
        kind = next((kind for types, kind in _KINDS if isinstance(cause, types)), None)
        if kind:
            return WebError(kind, _in_words(kind, error))
        cause = cause.__cause__ or cause.__context__
    return WebError("protocol", _in_words("protocol", error))


def _in_words(kind: str, error: BaseException) -> str:
    """Say why in the system's or OpenSSL's words; those of libraries show objects of theirs, or bytes of a reply."""
    reason = next((told for one in with_causes(error) if (told := _reason(one))), "")
    return printable(reason) or _WITHOUT_REASON[kind]


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate isn't accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return error.reason or ""
    if isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return error.strerror or ""
    return ""


_WITHOUT_REASON = {
    "connect": "couldn't connect",
    "timeout": "there was no response in time",
    "tls": "the TLS connection was closed",
    "encoding": "the response isn't compressed as its Content-Encoding says",
    "protocol": "the response isn't complete HTTP",
}


_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    # NewConnectionError counts as a timeout to urllib3, so it goes first.
    ((urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProxyError, ConnectionError), "connect"),
    ((urllib3.exceptions.TimeoutError, TimeoutError), "timeout"),
    ((urllib3.exceptions.DecodeError,), "encoding"),
    ((urllib3.exceptions.SSLError, ssl.SSLError, ssl.CertificateError), "tls"),
)
