"""Route 53: what a zone may hold, its name servers, and when a change is in sync."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]  # ships no types

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, route53_error
from wizard.practice.rules.acm import settle
from wizard.practice.rules.rule import AfterTable, Table
from wizard.practice.state import ZONE, WorldState
from wizard.practice.timing import INSYNC
from wizard.practice.zones import Record, ServedZone

_EMULATED = re.compile(r"ns-([1-4])\.awsdns-[1-4]\.(com|net|org|co\.uk)")
_SETS = 512
"""Sets of name servers, as the numbers in their names suggest (`ns-0` to `ns-2047` below four domains)."""
_CHANGE = re.compile(rb"<Id>(?:/change/)?(C[A-Z0-9]+)</Id>")
_STATUS = re.compile(rb"<Status>[A-Z]+</Status>")
_ZONE_ID = re.compile(rb"<Id>/hostedzone/(Z[A-Z0-9]+)</Id>")


def name_servers(state: WorldState, zone_id: str) -> tuple[str, ...]:
    """Return the four name servers of a hosted zone; zones with the same name have none in common.

    Source: Route 53 API reference, `CreateHostedZone`: four name servers each, and `DelegationSetNotAvailable`
    limits how many zones of one name there can be.
    """
    given = state.route53_name_servers
    if zone_id not in given:
        number = int(hashlib.sha256(zone_id.encode()).hexdigest(), 16) % _SETS
        given[zone_id] = next(free for i in range(_SETS) if (free := (number + i) % _SETS) not in given.values())
    number = given[zone_id]
    ends = ("com", "net", "org", "co.uk")
    return tuple(f"ns-{number + _SETS * i}.awsdns-{number // 8:02}.{end}" for i, end in enumerate(ends))


def own_servers(servers: tuple[str, ...], body: bytes) -> bytes:
    """Replace the emulator's name servers, which are the same for every zone."""
    text = _EMULATED.sub(lambda match: servers[int(match[1]) - 1], body.decode())
    return text.replace(".</NameServer>", "</NameServer>").encode()  # only records have the trailing dot


@dataclass(frozen=True)
class RecordChange:
    """One change of a batch; an alias has no values but a target."""

    action: str
    name: str
    type: str
    values: tuple[str, ...]
    ttl: int
    alias: str


def changes(body: bytes) -> Iterator[RecordChange]:
    """Read the changes of a ChangeResourceRecordSets request."""
    try:
        root: ET.Element = fromstring(body)
    except ParseError:
        return
    for change in root.iterfind(".//{*}Change"):
        text = {tag: change.findtext(f".//{{*}}{tag}") or "" for tag in ("Action", "Name", "Type", "TTL", "DNSName")}
        values = tuple(value.text or "" for value in change.iterfind(".//{*}ResourceRecord/{*}Value"))
        name = text["Name"].rstrip(".").lower().replace("\\052", "*")
        yield RecordChange(
            text["Action"], name, text["Type"], values, int(text["TTL"] or 60), text["DNSName"].rstrip(".")
        )


async def _owned(state: WorldState, zone_id: str) -> tuple[str, dict[str, set[str]]]:
    """Return the zone's name, and the types at each name in it."""
    shown = await state.emulator.ask("route53", "GET", f"/2013-04-01/hostedzone/{zone_id}")
    listed = await state.emulator.ask("route53", "GET", f"/2013-04-01/hostedzone/{zone_id}/rrset")
    types: dict[str, set[str]] = {}
    if shown.status != 200 or listed.status != 200:  # noqa: PLR2004 - HTTP OK
        return "", types
    for each in fromstring(listed.body).iterfind(".//{*}ResourceRecordSet"):
        name = (each.findtext("{*}Name") or "").rstrip(".").lower()
        types.setdefault(name, set()).add(each.findtext("{*}Type") or "")
    return (fromstring(shown.body).findtext(".//{*}HostedZone/{*}Name") or "").rstrip("."), types


def _complaint(zone: str, types: dict[str, set[str]], change: RecordChange) -> str:
    rrset = f"RRSet of type {change.type} with DNS name {change.name}."
    if change.name != zone and not change.name.endswith("." + zone):
        return f"RRSet with DNS name {change.name}. is not permitted in zone {zone}."
    if change.type == "CNAME" and change.name == zone:
        return f"{rrset} is not permitted at apex in zone {zone}."
    others = types.get(change.name, set()) - {change.type}
    clash = others if change.type == "CNAME" else others & {"CNAME"}
    if clash:
        return (
            f"{rrset} is not permitted because a conflicting RRSet of type {min(clash)} with the same DNS name "
            f"already exists in zone {zone}."
        )
    return ""


async def allowed(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Refuse a CNAME at the apex or next to other types, and names of other zones; the whole batch or nothing."""
    zone, types = await _owned(state, call.id)
    for change in changes(call.body) if zone else ():
        if change.action == "DELETE":
            types.get(change.name, set()).discard(change.type)
            continue
        complaint = _complaint(zone, types, change)
        if complaint:
            return route53_error("InvalidChangeBatch", f"[{complaint}]")
        types.setdefault(change.name, set()).add(change.type)
    return None


def apply(state: WorldState, zone: ServedZone, change: RecordChange) -> None:
    """Carry one change into what the world's DNS answers, as of when it is in sync."""
    when = state.timing.after(INSYNC)
    settle(state)
    if change.action in ("DELETE", "UPSERT"):
        zone.remove(change.name, change.type, when)
    if change.action == "DELETE" or change.type in ("SOA", "NS"):
        return
    values = change.values or tuple(
        record.value for record in state.net.chase(change.alias.lower(), change.type, state.timing.now())
    )
    for value in values:
        zone.add(Record(change.name, change.type, value, change.ttl, since=when))


async def changed(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Serve the changes if the user's zone is delegated to this hosted zone; a stale zone changes nothing."""
    if reply.status == 200 and call.id == state.route53_zone:  # noqa: PLR2004 - HTTP OK
        for change in changes(call.body):
            apply(state, state.net.zones[ZONE], change)
    return await pending(state, call, reply)


async def pending(state: WorldState, _call: AuthorizedCall, reply: Reply) -> Reply:
    """Show PENDING until the change is in sync, counted from when it was first seen."""
    found = _CHANGE.search(reply.body)
    if found:
        now = state.timing.now()
        since = state.route53_changes.setdefault(found[1].decode(), now)
        word = b"INSYNC" if now >= state.timing.after(INSYNC, since) else b"PENDING"
        reply.body = _STATUS.sub(b"<Status>" + word + b"</Status>", reply.body)
    return reply


async def servers(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Show the name servers of this zone."""
    found = _ZONE_ID.search(reply.body)
    zone_id = found[1].decode() if found else call.id
    reply.body = own_servers(name_servers(state, zone_id), reply.body)
    return reply


BEFORE: Table = {("route53", "ChangeResourceRecordSets"): (allowed,)}
AFTER: AfterTable = {
    ("route53", "ChangeResourceRecordSets"): (changed,),
    ("route53", "GetChange"): (pending,),
    ("route53", "CreateHostedZone"): (servers, pending),
    ("route53", "GetHostedZone"): (servers,),
    ("route53", "ListResourceRecordSets"): (servers,),
}
