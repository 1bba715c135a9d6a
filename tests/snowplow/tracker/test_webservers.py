"""The user's own web server: the folder works as it is written, and each wrong configuration gets its name."""

import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import trustme

from tests.snowplow.tracker.webservers import HOST, SERVERS, Site, free_port, nginx, running
from tests.trackers import V3, V4
from wizard.aws.client import AwsClient
from wizard.aws.keys import KeySource
from wizard.engine import walks
from wizard.model.context import Context
from wizard.model.ports import DelegatedZone, DnsAnswer, DnsOutcome, Network, Ports
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.model.setup import Goal, Setup, SetupChoices
from wizard.net.clock import SystemClock
from wizard.net.web_client import WebClient
from wizard.snowplow.tracker.export import SERVERS as WRITTEN
from wizard.stages import stages
from wizard.storage.blobs import BlobFolder
from wizard.storage.setup_state import MemoryState

PATH = "/assets/hk3v9x.js"
URL = f"https://{HOST}{PATH}"


class OneName:
    """A `Dns` that knows the site alone; implements `wizard.model.ports.Dns`."""

    async def zone_of(self, name: str) -> DelegatedZone:
        raise NotImplementedError

    async def ask_authorities(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        raise NotImplementedError

    async def ask_addresses(self, zone: DelegatedZone, rdtype: str) -> tuple[DnsAnswer, ...]:
        raise NotImplementedError

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        if (name, rdtype) == (HOST, "A"):
            return (DnsAnswer("resolver", "", DnsOutcome.ANSWER, ("192.0.2.80",)),)
        return (DnsAnswer("resolver", "", DnsOutcome.NXDOMAIN),)


class Owner:
    """Somebody whose setup is the tracker on their own web server, and nothing in AWS."""

    def __init__(self, home: Path, site: Site) -> None:
        self.home = home
        network = Network({443: ("127.0.0.1", site.port)}, {}, (), str(site.ca_file))
        dns = OneName()
        self.world = Ports(
            AwsClient(KeySource(), "us-east-1", observe=refuse), dns, WebClient(network, dns), SystemClock(0.0)
        )
        self.world = Ports(self.world.aws, dns, self.world.web, self.world.clock, BlobFolder(home))
        choices = SetupChoices(goals=(Goal.JS_SERVER,), tracker=str(V4), tracker_url=URL)
        self.state = MemoryState(Setup(name="main", id="0123abcd", created=0.0, choices=choices))

    @property
    def folder(self) -> Path:
        return self.home / "web" / "main"

    def walk(self, job: Job) -> Snapshot:
        context = Context(self.world, self.state)
        rows = stages(context)
        assert [row.id for row in rows] == ["tracker"]
        progress = walks.progress_for(job, rows, "main")

        async def go() -> None:
            if job is Job.APPLY:
                await walks.apply(rows, context, progress, patience=0.0)
            else:
                await walks.check(rows, context, progress)

        anyio.run(go)
        return progress.snapshot

    def found(self, job: Job = Job.CHECK) -> Check:
        return next(check for check in self.walk(job).checks if check.id == "tracker-server")

    def problem(self) -> str:
        found = self.found()
        assert found.problem is not None, found
        return found.problem.id


def refuse(service: str, operation: str) -> None:
    pytest.fail(f"nothing of AWS is wanted, yet {service}:{operation} was called")


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server's folder, which servers that step down from root may read."""
    with tempfile.TemporaryDirectory(prefix="snowpixel-site-") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder), trustme.CA(), free_port())
        site.prepare()
        yield site


@pytest.fixture
def owner(tmp_path: Path, site: Site) -> Owner:
    """The folder is written, and nothing is on the server yet."""
    owner = Owner(tmp_path / "home", site)
    first = owner.walk(Job.APPLY)
    assert {check.id: check.status for check in first.checks} == {
        "tracker-file": Status.OK,
        "tracker-folder": Status.OK,
        "tracker-server": Status.WAITING,
    }
    return owner


@pytest.mark.parametrize("server", SERVERS)
def test_the_folder_works_as_it_stands(owner: Owner, site: Site, server: str) -> None:
    name, configure = SERVERS[server]
    site.publish(owner.folder, PATH)
    with running(site, configure(site, (owner.folder / name).read_text())):
        found = owner.found(Job.APPLY)
        assert (found.status, found.observed) == (Status.OK, owner.state.setup.made.tracker.sha384), found  # type: ignore[union-attr]
        assert owner.found().status is Status.OK
    gone = owner.found()
    assert gone.status is Status.UNKNOWN  # it stood once; now the server does not answer, which proves nothing
    assert owner.problem() == "tracker-unreached"


WRONG = {
    "tracker-missing": "",
    "tracker-not-packed": "location = $p { types { } default_type text/javascript; $h }",
    "tracker-type": "location = $p { gzip_static on; gzip_vary on; types { } default_type text/plain; $h }",
    "tracker-cors": "location = $p { gzip_static on; gzip_vary on; $t add_header Cache-Control $c; }",
    "tracker-caching": "location = $p { gzip_static on; gzip_vary on; $t add_header Access-Control-Allow-Origin *; }",
    "tracker-cookie": "location = $p { gzip_static on; gzip_vary on; $t $h add_header Set-Cookie a=b; }",
    "tracker-vary": "location = $p { gzip_static on; $t $h }",
    "tracker-encoding-false": "location = $p { $t $h add_header Content-Encoding gzip; }",
    "tracker-moved": "location = $p { return 301 https://www.site.test/other.js; }",
    "tracker-refused": "location = $p { return 403; }",
    "tracker-is-page": "location / { default_type text/html; return 200 '<!doctype html><title>Welcome</title>'; }",
    "tracker-encoding-missing": "location = $p { $t $h try_files $p.gz =404; }",
    "tracker-packed-twice": "location = $p { gzip on; gzip_types *; gzip_vary on; $t $h try_files $p.gz =404; }",
}
"""What a server may do wrong, with nginx's words for it."""


def fill(lines: str) -> str:
    caching = '"public, max-age=31536000, immutable"'
    headers = f"add_header Access-Control-Allow-Origin *; add_header Cache-Control {caching};"
    kind = "types { } default_type text/javascript;"
    for mark, text in (("$p", PATH), ("$h", headers), ("$t", kind), ("$c", caching)):
        lines = lines.replace(mark, text)
    return lines


@pytest.mark.parametrize("problem", WRONG)
def test_each_wrong_configuration_gets_its_name(owner: Owner, site: Site, problem: str) -> None:
    if problem != "tracker-missing":
        site.publish(owner.folder, PATH)
    with running(site, nginx(site, fill(WRONG[problem]))):
        found = owner.found()
        assert found.problem is not None, found
        assert found.problem.id == problem
        slight = problem in ("tracker-not-packed", "tracker-caching", "tracker-cookie", "tracker-vary")
        assert found.status is (Status.WARNING if slight else Status.WAITING)


def test_another_file_is_told_with_its_version(owner: Owner, site: Site) -> None:
    site.publish(owner.folder, PATH)
    for name, content in ((PATH, V3.read_bytes()), (f"{PATH}.gz", b"")):
        (site.root / name.strip("/")).write_bytes(content)
    with running(site, nginx(site, fill("location = $p { $t $h }"))):
        assert owner.problem() == "tracker-differs"
        assert "3.24.6" in owner.found().observed


def test_pages_of_the_same_host_need_no_cors(owner: Owner, site: Site) -> None:
    site.publish(owner.folder, PATH)
    with running(site, nginx(site, fill(WRONG["tracker-cors"]))):
        assert owner.problem() == "tracker-cors"
        owner.state.choose(pages=(f"https://{HOST}/", f"https://{HOST}/shop"))
        assert owner.found().status is Status.OK
        owner.state.choose(pages=(f"https://{HOST}/", "https://shop.site.test/"))
        assert owner.problem() == "tracker-cors"


def test_a_server_that_is_not_trusted_is_named(owner: Owner, site: Site) -> None:
    site.publish(owner.folder, PATH)
    trustme.CA().cert_pem.write_to_path(str(site.folder / "other.pem"))
    network = Network({443: ("127.0.0.1", site.port)}, {}, (), str(site.folder / "other.pem"))
    owner.world = Ports(owner.world.aws, owner.world.dns, WebClient(network, owner.world.dns), owner.world.clock)
    with running(site, nginx(site, "")):
        assert owner.problem() == "tracker-untrusted"


def test_what_stood_once_and_is_wrong_now_is_a_fault(owner: Owner, site: Site) -> None:
    site.publish(owner.folder, PATH)
    with running(site, nginx(site, (owner.folder / "nginx.conf").read_text())):
        assert owner.found(Job.APPLY).status is Status.OK
        (site.root / PATH.strip("/")).unlink()
        (site.root / f"{PATH}.gz".strip("/")).unlink()
        assert (owner.found().status, owner.problem()) == (Status.FAILED, "tracker-missing")


def test_the_folder_is_put_right_and_foreign_files_stay(owner: Owner) -> None:
    (owner.folder / "mine.txt").write_text("mine")
    (owner.folder / "nginx.conf").write_text("changed")
    assert {one.id: one.status for one in owner.walk(Job.CHECK).checks}["tracker-folder"] is Status.FAILED
    owner.walk(Job.APPLY)
    assert {one.id: one.status for one in owner.walk(Job.CHECK).checks}["tracker-folder"] is Status.OK
    assert (owner.folder / "mine.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_said(owner: Owner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    owner.state.choose(tracker_folder=str(tmp_path / "file" / "below"))
    checks = {check.id: check for check in owner.walk(Job.APPLY).checks}
    assert checks["tracker-folder"].problem is not None
    assert checks["tracker-folder"].problem.id == "tracker-folder"
    assert checks["tracker-server"].status is Status.SKIPPED


def test_without_an_address_there_is_nothing_to_write(owner: Owner) -> None:
    owner.state.choose(tracker_url=None)
    checks = {check.id: check for check in owner.walk(Job.APPLY).checks}
    assert checks["tracker-folder"].problem is not None
    assert checks["tracker-folder"].problem.id == "tracker-url-missing"
    assert [name for name, check in checks.items() if check.status is Status.FAILED] == ["tracker-folder"]


def test_the_configurations_name_the_file_and_leave_no_gaps(owner: Owner) -> None:
    for name in WRITTEN:
        text = (owner.folder / name).read_text()
        assert "hk3v9x.js" in text
        assert "$name" not in text
    ET.parse(owner.folder / "web.config")
