"""Checks every AWS call of the tests against botocore's own model: required, pattern, length, range and enum.

botocore itself looks only at types, required members and least lengths; AWS looks at all of it. A call that breaks the
model is written into a file, also by child processes (`everywhere/sitecustomize.py`), and fails the test that made it.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = "SNOWPIXEL_TESTS_MODELCHECK"
"""Variable that names the file into which breaches are written."""

_JAVA = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"\p{ASCII}": r"[\x00-\x7f]", r"[\w-_]": r"[\w\-_]"}
"""What the models' patterns have and Python's do not."""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    for java, python in _JAVA.items():
        text = text.replace(java, python)
    return re.compile(text)


def breaches(shape: Any, value: Any, where: str = "") -> Iterator[str]:
    """Tell how a value breaks the shape that the model gives it."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        yield from _structure(shape, value, where)
    elif shape.type_name == "list" and isinstance(value, list | tuple):
        yield from _length(shape, len(value), where)
        for number, each in enumerate(value):
            yield from breaches(shape.member, each, f"{where}[{number}]")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        yield from _length(shape, len(value), where)
        for key, each in value.items():
            yield from breaches(shape.key, key, f"{where} key {key!r}")
            yield from breaches(shape.value, each, f"{where}[{key!r}]")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _text(shape, value, where)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _length(shape, value, where)


def _structure(shape: Any, value: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{where}.{name} is missing"
    for name, each in value.items():
        if name not in shape.members:
            yield f"{where}.{name} is unknown"
        else:
            yield from breaches(shape.members[name], each, f"{where}.{name}")


def _text(shape: Any, value: str, where: str) -> Iterator[str]:
    yield from _length(shape, len(value), where)
    pattern, words = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if pattern and not _pattern(pattern).fullmatch(value):
        yield f"{where} {value!r} does not match {pattern}"
    if words and value not in words:
        yield f"{where} {value!r} is none of {', '.join(words)}"


def _length(shape: Any, size: float, where: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < float(least):
        yield f"{where}: {size} is below {least}"
    if most is not None and size > float(most):
        yield f"{where}: {size} is above {most}"


LISTENERS: list[Callable[[Any, Mapping[str, Any]], None]] = []
"""Told of each call that the product makes in this process: the operation's model, and the parameters."""

PRODUCT = "snowpixel"
"""Part of the user agent of the product's own clients (`wizard.aws.pool`)."""


def _check(params: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_more: Any) -> None:
    config = context.get("client_config")  # for a signed URL, none is told
    if config is not None and PRODUCT in (config.user_agent or ""):
        for tell in LISTENERS:
            tell(model, params)
    if model.input_shape is None:
        return
    name = f"{model.service_model.service_name}:{model.name}"
    found = [f"{name} {one}\n" for one in breaches(model.input_shape, params)]
    path = os.environ.get(FILE)
    if found and path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write("".join(found))


def watch(session: Any) -> None:
    """Look at every call of every client that this session makes."""
    session.get_component("event_emitter").register_first("before-parameter-build", _check)
