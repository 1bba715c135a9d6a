"""Redaction: secrets always, and names and ids on request."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from wizard.model.masking import MASK, masked

_KEY_ID = re.compile(r"\b(A[KS]IA|A[GINPR][A-Z]A)[A-Z0-9]{12,}\b")
"""Unique ids of IAM by their prefixes, access key ids among them."""
_QUERY = re.compile(r"(?i)(\bhttps?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*")
_LONG_TOKEN = re.compile(r"(?<![A-Za-z0-9/+=_-])(?!sha384-)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
"""The shape of a secret access key: forty characters of base64."""
_HEX = re.compile(r"[0-9a-f]{40}")

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_PERSON = re.compile(r"\b(user|role|assumed-role|federated-user)/([\w+=,.@/-]+)")
_MAIL = re.compile(r"[\w.+-]+@(?=[\w-]+\.)")
_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.:]*)(?![\w:])")
_NAME = re.compile(r"(?i)(?<![\w.-])(?:[a-z0-9_*](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9](?![\w-])")

PUBLIC = ("amazonaws.com", "amazon.com", "amazontrust.com", "cloudfront.net", "acm-validations.aws", "snowplow.io")
"""Names of the services themselves: what stands before them is masked, they are not."""
FILES = frozenset(("js", "gif", "png", "json", "toml", "txt", "html", "py", "gz", "css", "conf", "config", "pem"))
"""Endings of file names, which look like domains."""


def secrets_out(text: str, known: Iterable[str] = ()) -> str:
    """Take out what is secret or looks like it, and the name of the user's home folder.

    Args:
        text: any text.
        known: the secrets in hand.
    """
    for secret in known:
        text = text.replace(secret, MASK) if secret else text
    text = text.replace(str(Path.home()), "~") if Path.home() != Path(Path.home().root) else text
    text = _KEY_ID.sub(lambda found: f"{found.group(1)}{MASK}", text)
    text = masked(_QUERY.sub(rf"\1?{MASK}", text))
    return _LONG_TOKEN.sub(lambda found: found.group() if _HEX.fullmatch(found.group()) else MASK, text)


class Mask:
    """Replaces account ids, names of people, domains and addresses, the same one always by the same stand-in.

    The labels of a domain are replaced one by one: whether a name lies below another, or has its domain doubled, still
    shows.

    Args:
        keep: words that look like domains and are none, such as the names of checks.
    """

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._keep = frozenset(keep)
        self._stand_ins: dict[tuple[str, str], str] = {}

    def __call__(self, text: str) -> str:
        """Return the text without them."""
        text = _ACCOUNT.sub(lambda found: self._instead("ACCOUNT", found.group()), text)
        text = _PERSON.sub(lambda found: f"{found.group(1)}/{self._instead('PERSON', found.group(2))}", text)
        text = _MAIL.sub(lambda found: f"{self._instead('MAIL', found.group())}@", text)
        text = _ADDRESS.sub(lambda found: self._address(found.group()), text)
        return _NAME.sub(lambda found: self._name(found.group()), text)

    def _instead(self, kind: str, value: str) -> str:
        number = sum(known == kind for known, _ in self._stand_ins) + 1
        return self._stand_ins.setdefault((kind, value.lower()), f"{kind}-{number}")

    def _address(self, text: str) -> str:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return text
        return self._instead("ADDRESS", text)

    def _name(self, text: str) -> str:
        name = text.lower()
        if name.rpartition(".")[2] in FILES or name in PUBLIC or name in self._keep:
            return text
        kept = next((public for public in PUBLIC if name.endswith(f".{public}")), name.rpartition(".")[2])
        return ".".join([*(self._label(one) for one in name.removesuffix(f".{kept}").split(".")), kept])

    def _label(self, label: str) -> str:
        if label in ("*", "www", "s3", "sts", "acm", "cloudfront", "logs", "route53"):
            return label
        return f"_{self._instead('n', label)}" if label.startswith("_") else self._instead("n", label)


def everywhere(data: Any, clean: Callable[[str], str]) -> Any:
    """Clean every text of plain data, keys of objects excepted."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {key: everywhere(value, clean) for key, value in data.items()}
    return [everywhere(one, clean) for one in data] if isinstance(data, list | tuple) else data
