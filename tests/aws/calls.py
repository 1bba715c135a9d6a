"""The calls that the product makes of AWS, as examples in a file: enough of them to have every parameter once.

Where no practice world is installed nothing calls AWS, yet there the newest botocore knows best what AWS takes. So the
calls of whole lives of setups are kept in `calls.json`, and held against whatever model is installed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore

from tests.live_trial.blanking import ACCOUNT, SETUP, ZONE, Blank

FILE = Path(__file__).with_name("calls.json")

Params = dict[str, Any]
Table = dict[str, list[Params]]
"""`service.operation`, the operation in snake case, to the examples of its parameters."""

_BYTES = {"$bytes": ""}
"""Stands for a file's content, of which the model says nothing."""


def name_of(model: Any) -> str:
    """Return how the table calls an operation."""
    return f"{model.service_model.service_name}.{botocore.xform_name(model.name)}"


def plain(value: Any) -> Any:
    """Return parameters as JSON has them."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else _BYTES


def sendable(value: Any) -> Any:
    """Return parameters as boto3 takes them."""
    if isinstance(value, list):
        return [sendable(each) for each in value]
    if isinstance(value, dict):
        return b"" if value == _BYTES else {key: sendable(each) for key, each in value.items()}
    return value


def features(shape: Any, value: Any, where: str = "") -> Iterator[str]:
    """Yield what is special about parameters: each member that is there, and each word of an enumeration."""
    if shape is None or not value:
        return
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, each in value.items():
            yield f"{where}.{name}"
            yield from features(shape.members.get(name), each, f"{where}.{name}")
    elif shape.type_name == "list" and isinstance(value, list | tuple):
        for each in value:
            yield from features(shape.member, each, f"{where}[]")
    elif shape.type_name == "string" and shape.metadata.get("enum"):
        yield f"{where} = {value}"


class Heard:
    """Notes calls that bring something new; a listener of `tests.modelcheck`.

    Args:
        table: the examples that there are already.
    """

    def __init__(self, table: Table) -> None:
        self.new: Table = {}
        """Calls with something that no example has."""
        self._table = table
        self._known: dict[str, set[str]] = {}

    def __call__(self, model: Any, params: Mapping[str, Any]) -> None:
        """Note one call."""
        name, shape = name_of(model), model.input_shape
        if name not in self._known:
            examples = self._table.get(name, [])
            self._known[name] = {each for one in examples for each in features(shape, sendable(one))}
        found = set(features(shape, params))
        if name not in {**self._table, **self.new} or not found <= self._known[name]:
            self._known[name] |= found
            self.new.setdefault(name, []).append(plain(params))


def load() -> Table:
    """Return the table."""
    found: Table = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return found


_SETUP = re.compile(r"snowpixel-([0-9a-f]{8})(?![0-9a-f])")


def add(new: Table, account: str, zone: str) -> None:
    """Add examples to the file, with every id blanked.

    Args:
        new: the examples.
        account: the account that the calls were made in.
        zone: the domain in which the pixel's names are.
    """
    whole, text = defaultdict(list, load()), json.dumps(new, ensure_ascii=False)
    blank = Blank()
    blank.know(account, ACCOUNT)
    blank.know(zone, ZONE)
    for one in _SETUP.findall(text):
        blank.know(one, SETUP)
    blanked: Table = json.loads(blank(text))
    for name, examples in blanked.items():
        whole[name] += examples
    text = json.dumps(dict(sorted(whole.items())), indent=1, ensure_ascii=False)
    FILE.write_text(f"{text}\n", encoding="utf-8")
