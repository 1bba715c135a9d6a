"""DNS views as a table: which server sees a record."""

from collections.abc import Iterable

from textual.content import Content

from screens.texts.style import MUTED, say
from wizard.model.results import Check
from wizard.net.dns_views import DnsView, ServerKind, dns_views

TITLES = {
    ServerKind.AUTHORITY: "Name servers of your domain",
    ServerKind.PUBLIC: "Public DNS resolvers",
    ServerKind.OWN: "This computer",
}


def seen_by(check: Check | None) -> tuple[Content, ...]:
    """Return the lines of the table, a kind after the other; none where nothing was asked."""
    found = dns_views(check) if check else ()
    return tuple(line for kind in ServerKind for line in _kind(kind, [one for one in found if one.kind is kind]))


def _kind(kind: ServerKind, found: list[DnsView]) -> Iterable[Content]:
    if not found:
        return
    having = sum(one.has for one in found)
    yield Content.assemble(_dots(found), say(f" {TITLES[kind]}: {having} of {len(found)}", MUTED))
    yield from (_server(one) for one in found)


def _dots(found: list[DnsView]) -> Content:
    """Draw a dot for each server, full where it sees the record."""
    return Content.assemble(*(("●", "$text-success") if one.has else ("○", MUTED) for one in found))


def _server(one: DnsView) -> Content:
    sign, style, told = ("✓", "$text-success", "sees it") if one.has else ("…", MUTED, one.says)
    return Content.assemble((f"  {sign} ", style), say(one.server), "  ", say(told, MUTED))
