"""On the path of every Python process that tests start: its AWS calls are checked against botocore's model, too.

Nothing is imported before the process itself imports botocore: what a command loads is measured and tested.
"""

import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

CHECK = Path(__file__).resolve().parents[1] / "modelcheck.py"


class _Watched(importlib.abc.Loader):
    """Loads botocore as its own loader does, and then has its sessions watched."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        spec = importlib.util.spec_from_file_location("snowpixel_tests_modelcheck", CHECK)
        assert spec is not None
        assert spec.loader is not None
        check = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(check)
        module.register_initializer(check.watch)


class _Finder(importlib.abc.MetaPathFinder):
    """Stands before botocore's own finder, once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != "botocore":
            return None
        sys.meta_path.remove(self)
        found = importlib.util.find_spec(fullname)
        if found and found.loader:
            found.loader = _Watched(found.loader)
        return found


sys.meta_path.insert(0, _Finder())
