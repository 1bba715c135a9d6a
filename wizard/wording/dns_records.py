"""A DNS record that the user enters: what to do with it, and its parts in the words of most providers' forms."""

from collections.abc import Mapping

from wizard.model.idn import readable
from wizard.model.results import Action, Copyable, DnsRecord

VERBS: Mapping[Action, str] = {
    Action.CREATE: "add",
    Action.UPDATE: "correct",
    Action.REPLACE: "correct",
    Action.DELETE: "remove",
}


def parts(record: DnsRecord) -> tuple[Copyable, ...]:
    """Return what is copied into the form, one by one: the full name only where the form may want the host instead."""
    full = (Copyable("Full name", record.name),) if record.host != record.name else ()
    return (Copyable("Host", record.host), *full, Copyable("Value", record.value))


def letters(record: DnsRecord) -> str:
    """Say how a name reads that is written in another script than DNS has; empty for any other."""
    read = readable(record.name)
    return f"The name stands for {read}." if read != record.name else ""
