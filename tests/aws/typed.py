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
            if not isinstance(node, ast.Call):
                continue
            operations = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            kinds = [names.get(one.id) for one in node.args if isinstance(one, ast.Name)]
            match ast.unparse(node.func), kinds, operations:
                case ("ask", [_, kind, service], [operation]) if isinstance(kind, type):
                    yield str(service), operation, kind
                case ("self._ask", [kind], [operation]):
                    yield names["SERVICE"], operation, kind
                case ("convert", [_, kind], [operation]):
                    yield names["SERVICE"], xform_name(operation.partition(":")[2]), kind
                case ("ask" | "self._ask" | "convert", _, [operation]):
                    raise AssertionError(f"{module.__name__} reads {operation} in a way that is not looked at here")
