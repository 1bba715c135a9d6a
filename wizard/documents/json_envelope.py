"""The JSON envelope: one versioned document for each command."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from wizard.documents import json_check
from wizard.model.results import Change, Check, DnsRecord, Problem, Snapshot

SCHEMA = 1
"""Version of the envelope's shape; grows when a field changes its meaning or goes away."""


def document(command: str, status: str, data: Any, errors: Iterable[str] = ()) -> str:
    """Return the whole document on one line. Only ASCII: no text from outside can steer a terminal through it."""
    found = {"schema": SCHEMA, "command": command, "status": status, "data": data}
    found["errors"] = [{"message": message} for message in errors]
    return json.dumps(found)


def check(found: Check, setup: str) -> dict[str, Any]:
    """Return one check of a setup as an object, its problem already in words."""
    built: dict[str, Any] = msgspec.to_builtins(json_check.row(found, setup=setup))
    return built


def problem(found: Problem | None, setup: str) -> dict[str, Any] | None:
    """Return a problem with its title, meaning and steps."""
    built: dict[str, Any] | None = msgspec.to_builtins(json_check.explained(found, setup))
    return built


def change(found: Change, stage: str = "") -> dict[str, Any]:
    """Return one change as an object."""
    return {**msgspec.to_builtins(found), "stage": stage}


def record(found: DnsRecord) -> dict[str, Any]:
    """Return a DNS record as an object."""
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built


def walk(snapshot: Snapshot) -> dict[str, Any]:
    """Return everything that a walk found and did."""
    items = [item for item in snapshot.items if item.changes]
    return {
        "setup": snapshot.setup,
        "status": str(snapshot.status),
        "checks": [check(each, snapshot.setup) for each in snapshot.checks],
        "done": msgspec.to_builtins(snapshot.done),
        "changes": [change(each, item.stage) for item in items for each in item.changes],
        "records": [record(each) for each in snapshot.records],
        "decisions": msgspec.to_builtins(snapshot.decisions),
    }
