"""Server of a practice world's control: what each command does."""

import hmac
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import dns.exception

from wizard.practice import bucket_expiry, log_writer
from wizard.practice.dns_answers import rdata
from wizard.practice.faults import InjectedFault
from wizard.practice.rules.acm import settle
from wizard.practice.rules.route53 import name_servers
from wizard.practice.state import PASSING, PROVIDER, ROUTE53, ZONE, WorldState
from wizard.practice.zones import Record, ServedZone

PATH = "/_practice"
"""Path of the control on the AWS listener."""
HIGHEST = 1 << 20
"""Most bytes of a command."""


class CommandError(Exception):
    """The command cannot be carried out; the text says why."""


Command = Callable[..., Awaitable[Any]]


class ControlServer:
    """Carries out the commands of a client that knows the token."""

    def __init__(self, state: WorldState, token: str, stop: Callable[[], None]) -> None:
        self.state = state
        self._token = token
        self._stop = stop
        names = [name for name in dir(self) if name.startswith("do_")]
        self._commands: dict[str, Command] = {name.removeprefix("do_"): getattr(self, name) for name in names}

    async def app(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        """Answer one command (ASGI): POST of a JSON object, its name under `do`."""
        sent = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(sent, b"Bearer " + self._token.encode()):
            await _reply(send, 403, {"error": "not the token of this world"})
            return
        body = b""
        while len(body) <= HIGHEST:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        try:
            parameters = json.loads(body)
            command = self._commands[parameters.pop("do")]
            await _reply(send, 200, {"result": await command(**parameters)})
        except (KeyError, TypeError, ValueError, CommandError) as error:
            await _reply(send, 400, {"error": str(error)})

    def _zone(self, name: str) -> ServedZone:
        zone = self.state.net.zone_of(name)
        if zone.name != ZONE:
            raise CommandError(f"{name} is not in the zone {ZONE}")
        return zone

    async def do_touch(self) -> dict[str, Any]:
        """Note that a client is there."""
        return {"pid": os.getpid()}

    async def do_stop(self) -> None:
        """End the world."""
        self._stop()

    async def do_reset(self) -> None:
        """Go back to a fresh world."""
        self.state.emulator.clear()
        self.state.clear()

    async def do_remember(self, name: str) -> None:
        """Keep the world as it is now."""
        self.state.remember(name)

    async def do_recall(self, name: str) -> None:
        """Go back to a remembered world."""
        self.state.recall(name)

    async def do_pace(self, pace: float) -> None:
        """Change the time scale."""
        self.state.timing.pace = pace

    async def do_add_record(self, name: str, type: str, value: str, ttl: int = 300) -> None:  # noqa: A002 - DNS's word
        """Play the DNS provider: add a record."""
        name, rdtype = name.rstrip(".").lower(), type.upper()
        try:
            rdata(rdtype, value)
        except dns.exception.DNSException as error:
            raise CommandError(f"{value} is no {rdtype} record: {error}") from error
        zone, now = self._zone(name), self.state.timing.now()
        types = {record.type for record in zone.records(now) if record.name == name} - {rdtype}
        if (rdtype == "CNAME" and (name == zone.name or types)) or "CNAME" in types:
            raise CommandError(f"{name} cannot have a CNAME next to other records")
        settle(self.state)
        zone.add(Record(name, rdtype, value, ttl, since=now))

    async def do_remove_record(self, name: str, type: str) -> int:  # noqa: A002 - DNS's word
        """Play the DNS provider: remove the records of a name and type; says how many there were."""
        settle(self.state)
        name = name.rstrip(".").lower()
        return self._zone(name).remove(name, type.upper(), self.state.timing.now())

    async def do_records(self) -> list[dict[str, Any]]:
        """List the records of the user's zone."""
        records = self.state.net.zones[ZONE].records(self.state.timing.now())
        return [{"name": each.name, "type": each.type, "value": each.value, "ttl": each.ttl} for each in records]

    async def do_add_zone_in_route53(self, delegated: bool = True) -> str:
        """Create a hosted zone for the user's zone and, unless it is to be a stale one, delegate to it."""
        body = (
            '<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
            f"<Name>{ZONE}</Name><CallerReference>{os.urandom(8).hex()}</CallerReference></CreateHostedZoneRequest>"
        )
        reply = await self.state.emulator.request("route53", "POST", "/2013-04-01/hostedzone", body=body.encode())
        zone_id = reply.body.decode().partition("/hostedzone/")[2].partition("<")[0]
        if delegated:
            self.state.route53_zone = zone_id
            self.state.net.zones[ZONE].servers = dict(zip(name_servers(self.state, zone_id), ROUTE53, strict=True))
            self.state.resolver.cache.clear()
        return zone_id

    async def do_flush_logs(self) -> int:
        """Write every log file now; says how many."""
        return await log_writer.flush(self.state, everything=True)

    async def do_age(self, bucket: str, days: int) -> None:
        """Do what a bucket's lifecycle rules do once everything in it is older."""
        await bucket_expiry.age(self.state, bucket, days)

    async def do_forget_cache(self) -> None:
        """Empty the edge's cache and the resolver's."""
        self.state.kept.clear()
        self.state.resolver.cache.clear()

    async def do_fault(self, **fault: Any) -> None:
        """Plan a trouble; see `faults.Fault`."""
        self.state.faults.planned.append(InjectedFault(**fault))

    async def do_stalled(self) -> int:
        """Count the calls that a planned stall holds up."""
        return self.state.faults.stalled

    async def do_clear_faults(self) -> None:
        """Forget planned troubles."""
        self.state.faults.planned.clear()

    async def do_calls(self) -> list[tuple[str, str, bool]]:
        """List the AWS calls seen: service, operation, whether it writes."""
        return self.state.calls

    async def do_clear_calls(self) -> None:
        """Start a new list of calls."""
        self.state.calls.clear()

    async def do_dns(self, address: str | None, mode: str = "answer", lag: float = 0.0) -> None:
        """Make one name server, or the resolver, misbehave; None makes all of them well."""
        if address == "resolver":
            self.state.resolver.mode = mode
            return
        hit = [each for each in self.state.net.authorities if address is None or address in each.addresses]
        if not hit:
            raise CommandError(f"no name server answers at {address}; there are {', '.join(PROVIDER.values())}")
        for machine in hit:
            machine.mode, machine.lag = ("answer", 0.0) if address is None else (mode, lag)
        if address is None:
            self.state.resolver.mode = "answer"

    async def do_certificate(self, arn: str, failure: str = "", timed_out: bool = False) -> None:
        """Make a pending certificate fail or time out."""
        certificate = self.state.view.certificates[arn]
        certificate.failure, certificate.timed_out = failure, timed_out
        certificate.issued_at = None

    async def do_renewal(self, arn: str, status: str, reason: str = "", ago: float = 0.0) -> None:
        """Let the renewal of an issued certificate stand so, since some seconds ago."""
        certificate = self.state.view.certificates[arn]
        certificate.renewal, certificate.renewal_reason = status, reason
        certificate.renewal_at = self.state.timing.now() - ago

    async def do_claim_alias(self, name: str) -> None:
        """Let a distribution of another account have this alias."""
        self.state.view.claimed.add(name.lower())

    async def do_hold_bucket_writes(self, hold: bool) -> None:
        """Keep every write of a bucket's settings under way, or let all of them go on."""
        if hold:
            self.state.writes_go_on.clear()
        else:
            self.state.writes_go_on.set()

    async def do_held(self) -> int:
        """Count the writes of bucket settings that are under way."""
        return self.state.held

    async def do_settings(
        self,
        log_encoding: str | None = None,
        bucket_cooldown: float | None = None,
        momentary: dict[str, int] | None = None,
        lost_log_seed: str | None = None,
        staleness_seed: str | None = None,
    ) -> None:
        """Change how the world behaves; see `state.State`."""
        unknown = set(momentary or ()) - set(PASSING)
        if unknown:
            raise CommandError(f"no such refusal: {', '.join(sorted(unknown))}; there are {', '.join(sorted(PASSING))}")
        self.state.momentary = self.state.momentary if momentary is None else dict(momentary)
        self.state.lost_log_seed = self.state.lost_log_seed if lost_log_seed is None else lost_log_seed
        self.state.staleness_seed = self.state.staleness_seed if staleness_seed is None else staleness_seed
        if not self.state.staleness_seed:
            self.state.unseen.clear()
        self.state.log_encoding = log_encoding or self.state.log_encoding
        self.state.bucket_cooldown = self.state.bucket_cooldown if bucket_cooldown is None else bucket_cooldown


async def _reply(send: Any, status: int, value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
