"""The modules of `wizard.aws.services`, and which struct each reads which operation's reply as."""

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from botocore import xform_name

import wizard.aws.services
from wizard.aws.listing import Listing

SERVICES: tuple[ModuleType, ...] = tuple(
    import_module(f"wizard.aws.services.{found.name}") for found in pkgutil.iter_modules(wizard.aws.services.__path__)
)

LISTINGS: dict[str, Listing[Any]] = {
    name: one for module in SERVICES for name, one in vars(module).items() if isinstance(one, Listing)
}


def readings() -> Iterator[tuple[str, str, Any]]:
    """Yield service, operation as boto3 spells it, and the struct that its reply is read as."""
    for module in SERVICES:
        names = vars(module)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "ask":
                yield names[_name(node, 2)], ast.literal_eval(node.args[3]), names[_name(node, 1)]
            elif node.func.id == "convert":
                service, _, operation = ast.literal_eval(node.args[2]).partition(":")
                yield service, xform_name(operation), names[_name(node, 1)]


def _name(call: Any, argument: int) -> str:
    """Return the name that stands as an argument of a call."""
    return str(call.args[argument].id)
