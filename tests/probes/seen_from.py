"""A scope for probes and records: a scripted web, DNS scripted or real, a ledger in memory, a clock that stands."""

from collections.abc import Mapping
from typing import Any

from wizard.model.context import Context
from wizard.model.ports import DelegatedZone, Dns, DnsAnswer, DnsOutcome, Handshake, Ports, Response, WebError
from wizard.model.results import Check
from wizard.model.setup import Made, Setup, SetupChoices
from wizard.storage.setup_state import MemoryState

HOST = "px.example.com"
OWN = "d1.cloudfront.net"
NOW = 1_800_000_000.0
DAY = 86_400.0
GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
GOOD = {
    "content-type": "image/gif",
    "access-control-allow-origin": "*",
    "cache-control": "max-age=0, s-maxage=31536000",
    "server": "AmazonS3",
    "via": "1.1 x.cloudfront.net (CloudFront)",
    "x-amz-cf-id": "id",
    "x-amz-meta-snowpixel": "0a1b2c3d",
    "x-cache": "Hit from cloudfront",
}


class StandingClock:
    """Implements `wizard.model.ports.Clock`."""

    pace = 0.0

    def now(self) -> float:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class NoAws:
    """Implements `wizard.model.ports.Aws` where it must not be needed."""

    region = "eu-central-1"

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        raise AssertionError(f"{service}:{operation} {parameters}")


class ScriptedDns:
    """Implements `wizard.model.ports.Dns`: fixed answers of resolvers; the authorities have the record."""

    def __init__(self, *answers: DnsAnswer, authorities: tuple[DnsAnswer, ...] | None = None) -> None:
        self.answers = answers
        self.authorities = (DnsAnswer("ns1", "192.0.2.2", DnsOutcome.ANSWER),) if authorities is None else authorities
        self.asked: list[tuple[str, str]] = []
        self.asked_of_authorities: list[tuple[str, str]] = []

    async def zone_of(self, name: str) -> DelegatedZone:
        raise NotImplementedError

    async def ask_authorities(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        self.asked_of_authorities.append((name, rdtype))
        return self.authorities

    async def ask_addresses(self, zone: DelegatedZone, rdtype: str) -> tuple[DnsAnswer, ...]:
        raise NotImplementedError

    async def ask_resolvers(self, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
        self.asked.append((name, rdtype))
        return self.answers


class ScriptedWeb:
    """Implements `wizard.model.ports.Web`: an answer, or the error to raise, for each host."""

    def __init__(self, answer: Response | Handshake | WebError | None = None) -> None:
        self.answer = answer
        self.old: str | None = ""
        self.by_host: dict[str, Response | WebError] = {}
        self.asked: list[tuple[str, str | None, dict[str, str]]] = []

    async def get(
        self,
        url: str,
        *,
        connect_to: str | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = 65_536,
        redirects: int = 0,
    ) -> Response:
        self.asked.append((url, connect_to, dict(headers or {})))
        assert limit
        assert not redirects
        scheme, _, host, *_ = url.split("/")
        if scheme == "http:" and host == OWN:  # no network that answers in CloudFront's place
            return response(301, location=f"https://{OWN}/i")
        found = self.by_host.get(host, self.answer)
        if isinstance(found, WebError):
            raise found
        if not isinstance(found, Response):
            raise WebError("connect", "only TLS is scripted here")
        return found

    async def handshake(self, name: str, *, connect_to: str | None = None) -> Handshake:
        self.asked.append((name, connect_to, {}))
        if isinstance(self.answer, WebError):
            raise self.answer
        if not isinstance(self.answer, Handshake):
            raise WebError("connect", "only HTTP is scripted here")
        return self.answer

    async def old_tls(self, name: str, *, connect_to: str | None = None) -> str | None:
        self.asked.append((name, connect_to, {"old": "yes"}))
        return self.old


def response(status: int = 200, body: bytes = GIF, **changed: str | None) -> Response:
    headers = {**GOOD, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return Response(
        status, {name: value for name, value in headers.items() if value is not None}, body, "192.0.2.9", 0.1
    )


def answer(server: str = "resolver", outcome: DnsOutcome = DnsOutcome.ANSWER, **fields: Any) -> DnsAnswer:
    return DnsAnswer(server, "192.0.2.53", outcome, **fields)


def context(
    dns: Dns | None = None,
    web: ScriptedWeb | None = None,
    *,
    aws: Any = None,
    choices: SetupChoices | None = None,
    made: Made | None = None,
    answers: Mapping[str, str] | None = None,
    **setup: Any,
) -> Context:
    saved = Setup(
        name="main",
        id="0a1b2c3d",
        created=setup.pop("created", NOW),
        choices=choices or SetupChoices(domain=HOST),
        made=made or Made(distribution_domain=OWN, hosted_zone=None),
        **setup,
    )
    ports = Ports(aws or NoAws(), dns or ScriptedDns(), web or ScriptedWeb(), StandingClock())
    return Context(ports, MemoryState(saved), answers or {})


def problem(check: Check) -> str:
    return check.problem.id if check.problem else ""
