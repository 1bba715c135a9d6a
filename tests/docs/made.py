"""Which pages are made, and from what."""

from collections.abc import Callable, Mapping
from pathlib import Path

from wizard import documents

DOCS = Path(__file__).resolve().parents[2] / "docs"

PAGES: Mapping[Path, Callable[[], bytes]] = {DOCS / "check.schema.json": documents.schema}
