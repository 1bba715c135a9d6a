"""Requests and replies made from botocore's models: for each operation the product calls, the least valid of both."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import botocore.session

from tests.aws import typed

ROOT = Path(__file__).resolve().parents[2]
SERVICES: tuple[str, ...] = tuple(sorted(vars(module)["SERVICE"] for module in typed.SERVICES))
PLANTED = "PLANTEDsecretPLANTEDsecretPLANTEDsecret+"
"""Stands for every text of a reply; none of it may show in an error."""

_DEPTH = 4
"""How far a structure is filled in: models are recursive."""


@cache
def service_model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def operations() -> Iterator[tuple[str, str]]:
    """Yield service and operation (snake case) of each call that stands in the product's code."""
    words = set()
    for path in sorted((ROOT / "wizard").rglob("*.py")):
        if "practice" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            words |= {
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    for service in SERVICES:
        yield from ((service, name) for name in sorted(operation_names(service) & words))


def operation_names(service: str) -> set[str]:
    """Return the operations of a service in snake case, as the botocore that is installed knows them."""
    return {botocore.xform_name(name) for name in service_model(service).operation_names}


def operation_model(service: str, operation: str) -> Any:
    model = service_model(service)
    return next(model.operation_model(name) for name in model.operation_names if botocore.xform_name(name) == operation)


def parameters(service: str, operation: str) -> dict[str, Any]:
    """Return what an operation needs at least."""
    shape = operation_model(service, operation).input_shape
    found = _wanted(shape, 0) if shape is not None else {}
    return {**found, "Bucket": "snowpixel-synthetic"} if "Bucket" in found else found


def _wanted(shape: Any, depth: int) -> Any:
    if shape.type_name == "structure":
        return {name: _wanted(shape.members[name], depth + 1) for name in shape.required_members}
    if shape.type_name == "list":
        return [_wanted(shape.member, depth + 1)] * max(1, int(shape.metadata.get("min", 1)))
    if shape.type_name == "map":
        return {}
    return _scalar(shape)


def _scalar(shape: Any) -> Any:
    values = {"integer": 1, "long": 1, "double": 1.0, "float": 1.0, "boolean": True, "blob": b"x", "timestamp": 1.7e9}
    if shape.type_name in values or shape.type_name == "map":
        return values.get(shape.type_name, "")
    return shape.enum[0] if shape.enum else "x" * max(20, int(shape.metadata.get("min", 0)))


def reply(service: str, operation: str) -> bytes:
    """Return a whole reply to an operation, every text of it planted."""
    model = operation_model(service, operation)
    shape, protocol = model.output_shape, model.service_model.resolved_protocol
    if shape is None:
        return b""
    if protocol == "json":
        return json.dumps(_filled(shape, 0)).encode()
    payload = shape.serialization.get("payload")
    kind = shape.members[payload].type_name if payload else "structure"
    if kind != "structure":  # a file, or a bucket's policy
        return PLANTED.encode() if kind == "blob" else json.dumps({"Version": PLANTED}).encode()
    root = shape.members[payload] if payload else shape
    body = _xml(root.serialization.get("name", root.name), root, 0)
    wrapper = shape.serialization.get("resultWrapper")
    return (
        f"<Reply>{f'<{wrapper}>{body}</{wrapper}>' if wrapper else body}</Reply>".encode()
        if protocol == "query"
        else body.encode()
    )


def _filled(shape: Any, depth: int) -> Any:
    if shape.type_name == "structure":
        members = shape.members.items() if depth < _DEPTH else ()
        return {member.serialization.get("name", name): _filled(member, depth + 1) for name, member in members}
    if shape.type_name == "list":
        return [_filled(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {PLANTED: _filled(shape.value, depth + 1)}
    value = _scalar(shape)
    return PLANTED if isinstance(value, str) else value if not isinstance(value, bytes) else "eA=="


def _xml(name: str, shape: Any, depth: int) -> str:
    if shape.type_name == "structure":
        members = shape.members.items() if depth < _DEPTH else ()
        inner = "".join(_xml(one.serialization.get("name", key), one, depth + 1) for key, one in members)
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        inner = _xml(item, shape.member, depth + 1)
        if shape.serialization.get("flattened"):
            return _xml(name, shape.member, depth + 1)
    elif shape.type_name == "timestamp":
        inner = "2026-11-27T00:00:00Z"
    else:
        value = _scalar(shape)
        inner = PLANTED if isinstance(value, str) else str(value).lower() if not isinstance(value, bytes) else "eA=="
    return f"<{name}>{escape(inner, {}) if '<' not in inner else inner}</{name}>"
