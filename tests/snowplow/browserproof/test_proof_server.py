"""The page's server against visitors that are no browser: what they send is refused in silence, and in bounds."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.waiting import PATIENCE, until
from wizard.snowplow.browserproof.bounded_server import MOST, BoundedServer
from wizard.snowplow.browserproof.page_settings import as_on_page
from wizard.snowplow.browserproof.proof_page import Subject, page
from wizard.snowplow.browserproof.proof_server import PageServer
from wizard.snowplow.pagecheck.html import Script
from wizard.snowplow.pagecheck.inline_trackers import Tag
from wizard.snowplow.snippet_builder import Loaded

SUBJECT = Subject("hub.example.test", Loaded("https://hub.example.test/t.js"))


@pytest.fixture
def server() -> Iterator[PageServer]:
    serving = PageServer(SUBJECT)
    yield serving
    serving.close()


def dial(server: PageServer) -> socket.socket:
    host, _, port = server.origin.rpartition("/")[2].partition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def ask(server: PageServer, request: bytes) -> bytes:
    """Send bytes as they are and return the first line of what comes back."""
    with dial(server) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        try:
            return connection.makefile("rb").readline()
        except ConnectionResetError:  # the rest of what was sent was not read
            return b""


def lines(server: PageServer, verb: str, name: str, *headers: str) -> bytes:
    origin, path = server.url[: len(server.origin)], server.url[len(server.origin) :]
    head = [f"{verb} {path}{name} HTTP/1.1", f"Host: {origin.rpartition('/')[2]}", *headers, "", ""]
    return "\r\n".join(head).encode("latin-1")


def whole(server: PageServer) -> bool:
    return ask(server, lines(server, "GET", "")).split()[1:2] == [b"200"]


BAD_LENGTHS = ("abc", "-1", "+5", "1e3", "0x10", "5, 5", "", " ", "9" * 5000, "\xb2", "1_0", "3.0", "0")


@pytest.mark.parametrize("length", BAD_LENGTHS)
def test_a_length_that_is_no_number_is_refused_in_silence(
    server: PageServer, length: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert b"404" in ask(server, lines(server, "POST", "report", f"Content-Length: {length}") + b"{}")
    assert b"404" in ask(server, lines(server, "POST", "report", "Content-Length: 2", "Content-Length: 3") + b"{}")
    assert server.report is None
    assert whole(server)
    assert "".join(capfd.readouterr()) == ""


ODD_REQUESTS = (
    b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
    b"POST /x/report HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
)


@pytest.mark.parametrize("request_bytes", ODD_REQUESTS, ids=[f"{each[:12]!r}" for each in ODD_REQUESTS])
def test_what_is_no_request_of_ours_is_refused_in_silence(
    server: PageServer, request_bytes: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    ask(server, request_bytes)
    assert whole(server)
    assert "".join(capfd.readouterr()) == ""


def test_who_resets_the_connection_is_heard_no_more(server: PageServer, capfd: pytest.CaptureFixture[str]) -> None:
    for sent in (b"", b"GET", lines(server, "POST", "report", "Content-Length: 50") + b"{"):
        connection = dial(server)
        connection.sendall(sent)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()  # with a reset
    assert whole(server)
    until(lambda: server._server.connections == 0, "all connections are done with")
    assert "".join(capfd.readouterr()) == ""


def test_three_hundred_idle_connections_neither_fill_the_memory_nor_shut_the_page(server: PageServer) -> None:
    before = threading.active_count()
    idle = [dial(server) for _ in range(300)]
    assert whole(server)
    until(lambda: threading.active_count() - before <= MOST + 1, "at most so many threads answer")
    assert server._server.connections <= MOST
    for each in idle:
        each.close()
    until(lambda: server._server.connections == 0, "all connections are done with")


def test_a_connection_ends_in_time_however_slowly_it_sends(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedServer, "longest", 0.5)
    with dial(server) as slow:
        slow.sendall(lines(server, "POST", "report", "Content-Length: 100000"))
        slow.settimeout(0.05)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:  # a byte now and then: each alone comes in time
            try:
                slow.sendall(b" ")
                if slow.recv(1024) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("the connection was never ended")
    assert server.report is None
    until(lambda: server._server.connections == 0, "its thread has ended")


def test_closing_the_page_ends_who_is_still_connected() -> None:
    others = set(threading.enumerate())
    serving = PageServer(SUBJECT)
    with dial(serving) as idle:
        until(lambda: serving._server.connections == 1, "the connection was taken")
        serving.close()
        assert idle.recv(1) == b""
    until(lambda: set(threading.enumerate()) <= others, "no thread left")


ODD_POLICIES = (
    "script-src 'self' ☃ https://exämple.test",
    "☃ script-src 'self'",
    "script-src\u00a0'self'; connect-src \x00 \x7f 'none'",
    "default-src 'none'\r\nX-Injected: yes",
    "connect-src 'self'\u2028; script-src 'self'\u2029",
)


@pytest.mark.parametrize("policy", ODD_POLICIES)
def test_a_policy_with_odd_letters_is_sent_as_browsers_read_it(policy: str, capfd: pytest.CaptureFixture[str]) -> None:
    serving = PageServer(SUBJECT, policies=(policy,))
    try:
        with dial(serving) as connection:
            connection.sendall(lines(serving, "GET", ""))
            head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    finally:
        serving.close()
    assert head.startswith(b"HTTP/1.0 200")
    assert head.isascii()
    assert b"\nX-Injected" not in head
    assert b"<h1>Events from your browser</h1>" in body
    assert "".join(capfd.readouterr()) == ""


BREAKING_OUT = "\u003c/script><script>document.title='taken over'</script><!--\u2028"


@pytest.mark.parametrize(
    "name", ["eventMethod", "credentials", "withCredentials", "stateStorageStrategy", "retryFailedRequests"]
)
def test_what_a_looked_at_page_says_stays_a_value_in_ours(name: str) -> None:
    found = Tag("sp", "https://hub.example.test", {name: BREAKING_OUT}, Script("", "", {}))
    text = page(Subject(SUBJECT.host, SUBJECT.loaded, as_on_page(found)))
    for mark in ("<script", "</script>", "<!--"):
        assert text.count(mark) == page(SUBJECT).count(mark)
    assert "taken over" in text, "it is there, as a value"
    assert "\u2028" not in text
