"""Every way in which a pixel and a tag jam, and every way in which they do not: what our looks say, and what arrives.

Each row is a real tracker in a real browser against a real server, and three verdicts of ours on it: the proof's in
the browser, the probe's of the pixel, and the page check's of the tag.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from playwright.sync_api import BrowserContext

from tests.snowplow.browserproof.answered import wait_until_answered
from tests.snowplow.browserproof.collector import ELSEWHERE, HOST, SAME, Answers, Collector, collecting
from tests.snowplow.browserproof.visiting import PATIENCE, Chromium, Visitor
from tests.snowplow.tracker.test_webservers import OneName
from tests.trackers import V3, V4
from wizard.model.ports import DnsAnswer, DnsOutcome, Network, Response
from wizard.model.setup import Setup, SetupChoices
from wizard.net.web_client import WebClient
from wizard.snowplow.browserproof.chromium import flags
from wizard.snowplow.browserproof.page_report import SENT, PageReport
from wizard.snowplow.browserproof.page_settings import as_on_page
from wizard.snowplow.browserproof.pixel_request import pixel_seen
from wizard.snowplow.browserproof.proof_page import Subject
from wizard.snowplow.browserproof.proof_server import PageServer
from wizard.snowplow.browserproof.verdict import OK, Outside, Verdict, judge
from wizard.snowplow.pagecheck.html import HtmlPage, read
from wizard.snowplow.pagecheck.inline_trackers import tags
from wizard.snowplow.pagecheck.judge import judge as judge_page
from wizard.snowplow.snippet_builder import Loaded, tag

SETUP = Setup(name="main", id="0123abcd", created=0.0, choices=SetupChoices(domain=HOST))
OURS, ANY, NONE = Answers("*"), Answers(SAME, credentials=True), Answers()
THEN_IMAGE = """function (request) {
  return fetch(request.url, { mode: "no-cors", credentials: "omit" }).then(function () { return new Response(); });
}"""


@dataclass(frozen=True)
class Row:
    """One pair of a tag and a pixel.

    Attributes:
        answers: how the pixel answers.
        change: what the user's tag says instead of ours.
        proof: the problem that the proof in the browser names; None where events go through.
        pixel: the problem that the probe of the pixel names.
        page: the problem that the page check names.
        arrive: how many different events the pixel is asked for.
        tracker: which version of it.
        extra: a setting that no look at a page can read.
        lines: requests by GET for each event, where that is certain.
    """

    answers: Answers
    change: tuple[str, str] = ("", "")
    proof: str | None = None
    pixel: str = OK
    page: str | None = None
    arrive: int = SENT
    tracker: Path = V4
    extra: tuple[tuple[str, str], ...] = ()
    lines: int | None = None


COOKIES = ('credentials: "omit",', "")
V3_COOKIES = ("withCredentials: false,", "")
POST = ('eventMethod: "get",', "")
NO_RETRY = ('credentials: "omit",', 'credentials: "omit", retryFailedRequests: false,')
NO_STORE = ('credentials: "omit",', 'credentials: "omit", stateStorageStrategy: "none",')
ANONYMOUS = ('credentials: "omit",', 'credentials: "omit", anonymousTracking: { withServerAnonymisation: true },')
SET = "page-settings"

ROWS = {
    "cookies, no cors": Row(NONE, COOKIES, "browser-cors", "cors-missing", SET, 1),
    "cookies, any origin": Row(OURS, COOKIES, "browser-credentials", OK, SET, 1),
    "cookies, origin without credentials": Row(
        Answers(SAME), COOKIES, "browser-credentials", "cors-narrow", SET, 1
    ),
    "cookies, origin with credentials": Row(ANY, COOKIES, None, "cors-narrow", SET, lines=1),
    "ours, no cors": Row(NONE, proof="browser-cors", pixel="cors-missing", arrive=1),
    "ours": Row(OURS, lines=1),
    "no retry, no cors": Row(NONE, NO_RETRY, "browser-cors", "cors-missing", arrive=1),
    "no store, no cors": Row(NONE, NO_STORE, "browser-cors", "cors-missing", arrive=1),
    "like an image, no cors": Row(NONE, pixel="cors-missing", extra=(("customFetch", THEN_IMAGE),), lines=1),
    "server anonymization": Row(OURS, ANONYMOUS, "browser-preflight", OK, SET, 0),
    "server anonymization, allowed": Row(Answers("*", headers=True), ANONYMOUS, None, OK, SET, lines=1),
    "post, 405": Row(Answers("*", options=405), POST, "browser-post", OK, SET, 0),
    "post, 403": Row(Answers(options=403), POST, "browser-post", "cors-missing", SET, 0),
    "403 with cors": Row(Answers("*", status=403), proof="unexpected-status", pixel="unexpected-status"),
    "403 without cors": Row(Answers(status=403), proof="unexpected-status", pixel="unexpected-status", arrive=1),
    "404 with cors": Row(Answers("*", status=404), proof="pixel-missing", pixel="pixel-missing", arrive=1),
    "503 with cors": Row(Answers("*", status=503), proof="origin-busy", pixel="origin-busy", arrive=1),
    "version 3, cookies, no cors": Row(NONE, V3_COOKIES, "browser-cors", "cors-missing", SET, 1, V3),
    "version 3, cookies, any origin": Row(OURS, V3_COOKIES, "browser-credentials", OK, SET, 1, V3),
    "version 3, ours": Row(OURS, tracker=V3, lines=1),
    "moved, cookies": Row(
        Answers(SAME, credentials=True, moved=True), COOKIES, "unexpected-redirect", "unexpected-redirect", SET, 1
    ),
    "moved, ours": Row(Answers("*", moved=True), pixel="unexpected-redirect", lines=2),
}  # fmt: skip


class Names(OneName):
    """A `Dns` that knows the pixel alone."""

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        if (name, rdtype) == (HOST, "A"):
            return (DnsAnswer("resolver", "", DnsOutcome.ANSWER, ("192.0.2.81",)),)
        return (DnsAnswer("resolver", "", DnsOutcome.NXDOMAIN),)


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with collecting(tmp_path_factory.mktemp("collector")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(program: str, collector: Collector) -> Iterator[Chromium]:
    here = ("127.0.0.1", collector.port)
    opened = Chromium(program, flags((HOST, ELSEWHERE), here, here))
    yield opened
    opened.close()


def tag_of(row: Row) -> str:
    """Return the tag on the user's page."""
    text = tag(HOST, app_id="x", tracker=Loaded("", flavour="umd", major=3 if row.tracker is V3 else 4))
    before, after = row.change
    assert before in text
    return text.replace(before, after) if before else text


def page_of(row: Row) -> HtmlPage:
    body = f"<!doctype html><html><head>{tag_of(row)}</head><body></body></html>".encode()
    return read("https://www.site.test/", Response(200, {"content-type": "text/html"}, body, "", 0.0))


def proved(row: Row, visitor: Visitor, outside: str) -> tuple[PageReport, Verdict]:
    """Let the browser open the proof's page, set like the user's, and judge what it reports."""
    (found,) = tags(page_of(row))
    loaded = Loaded("", flavour="umd", major=3 if row.tracker is V3 else 4)
    server = PageServer(Subject(HOST, loaded, (*as_on_page(found), *row.extra)), row.tracker.read_bytes())
    try:
        visitor.open(server.url)
        report = server.wait(PATIENCE)
    finally:
        server.close()
    assert report is not None
    return report, judge(report, Outside(outside))


@pytest.mark.parametrize("name", ROWS)
def test_each_jam_is_named_and_nothing_else_is(name: str, collector: Collector, browser: Chromium) -> None:
    row = ROWS[name]
    collector.become(row.answers)
    network = Network({443: ("127.0.0.1", collector.port)}, {}, (), str(collector.ca_file))
    seen = anyio.run(pixel_seen, WebClient(network, Names()), HOST)
    assert seen == row.pixel
    found = {check.id: check.problem.id for check in judge_page(page_of(row), SETUP) if check.problem}
    assert found == ({"page-settings": row.page} if row.page else {})
    report, verdict = proved(row, browser.visitor(), seen)
    assert (verdict.problem, report.started) == (row.proof, True), (report, collector.asked)
    came = collector.events()
    assert len(set(came)) <= SENT
    if row.arrive == 1:
        assert len(set(came)) == 1  # the first for ever, the later ones never
    if row.arrive == 0:
        assert came == []
        assert "OPTIONS" in {one.method for one in collector.asked}
    if row.proof is None:
        assert (len(set(report.answered)), report.queue) == (SENT, 0)
        assert len(set(came)) == SENT
    if row.lines:
        assert len(came) == row.lines * SENT


def test_the_header_that_is_asked_for_beforehand_costs_a_second_line(collector: Collector, browser: Chromium) -> None:
    row = ROWS["server anonymization, allowed"]
    collector.become(row.answers)
    proved(row, browser.visitor(), OK)
    assert sorted(collector.events("OPTIONS")) == sorted(collector.events())


def test_pages_of_the_pixels_own_host_need_nothing(collector: Collector, browser: Chromium) -> None:
    collector.become(NONE)
    text = tag(HOST, app_id="own", tracker=Loaded("https://t.site.test/t.js", flavour="umd")).replace(*COOKIES)
    collector.page = f"<!doctype html><html><head>{text}</head><body></body></html>".encode()
    visitor = browser.visitor()

    def walk(context: BrowserContext) -> None:
        context.route("https://t.site.test/t.js", lambda route: route.fulfill(
            path=V4, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
        ))  # fmt: skip
        for _ in range(SENT):
            opened = context.new_page()
            opened.goto(f"https://{HOST}/page")
            wait_until_answered(opened, "pv")
            opened.close()

    browser.thread.submit(walk, visitor.context).result(PATIENCE)
    assert len(collector.events()) == len(set(collector.events())) == SENT
