"""Build hook: the README as the package's page, where links and pictures that are relative lead nowhere."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?!https?://|#)(?P<path>[^)]+)\)")


class ReadmeForIndex(MetadataHookInterface):
    """Makes them absolute, or leaves their words alone where no address of the sources is known."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the long description."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source", "")
        metadata["readme"] = {"content-type": "text/markdown", "text": for_index(text, source)}


def for_index(text: str, source: str) -> str:
    """Return the README for a page outside the sources.

    Args:
        text: the README.
        source: address of the sources' main branch, below which files have the same paths; empty where there is none.
    """

    def absolute(found: re.Match[str]) -> str:
        if source:
            return f"{found['picture']}[{found['words']}]({source.rstrip('/')}/{found['path']})"
        return "" if found["picture"] else found["words"]

    return _LINK.sub(absolute, text)
