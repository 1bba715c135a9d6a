"""The support report: versions, choices, checks, and AWS calls, without secrets.

No secret is ever in it. The user reads it before it goes anywhere: snowpixel sends it to nobody.
"""

import os
import platform
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from wizard import __version__
from wizard.aws.client import FinishedCall
from wizard.aws.keys import KeySource, Secret
from wizard.documents import json_envelope
from wizard.documents.redaction import Mask, everywhere, secrets_out
from wizard.model.results import Job, Snapshot
from wizard.model.setup import Setup
from wizard.model.terminal_text import printable
from wizard.service import Service
from wizard.storage.atomic_files import own_folder

SCHEMA = 1
"""Version of the report's shape."""

LIBRARIES = ("boto3", "botocore", "dnspython", "cryptography", "urllib3", "textual", "keyring", "ministack")
VARIABLES = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL",
    "HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "SNOWPIXEL_HOME", "SNOWPIXEL_PRACTICE",
)  # fmt: skip
"""Variables that change what happens. That they are set is told, never what they hold."""

KEPT_BACK = frozenset({"pixel_image", "certificate_token", "caller_reference"})
"""Fields of `Made` that help nobody who reads a report."""


class SupportReport(Struct, frozen=True):
    """Plain data, already without secrets."""

    setup: str
    made_at: str
    """UTC, to the second."""
    masked: bool
    """Whether account ids, names of people, domains and addresses are replaced."""
    versions: dict[str, str]
    variables: tuple[str, ...]
    """Names of the variables that are set."""
    choices: dict[str, Any]
    made: dict[str, Any]
    checks: tuple[dict[str, Any], ...]
    calls: tuple[dict[str, Any], ...]
    """Calls to AWS in the order of their ends, with the code that each came to."""
    schema: int = SCHEMA


class Material(Struct, frozen=True):
    """What a report is made of. It may hold secrets: only `build` makes something of it that may be shown."""

    setup: Setup
    snapshot: Snapshot
    calls: tuple[FinishedCall, ...]
    held: tuple[Secret, ...]


async def gather(service: Service, name: str, *, source: KeySource | None = None) -> Material:
    """Check a setup once, and note what was seen and how each call to AWS ended.

    Args:
        service: the product.
        name: the setup.
        source: credentials for this check alone.

    Raises:
        wizard.storage.store.StoreError: there is no such setup, or its file cannot be used.
    """
    calls: list[FinishedCall] = []
    listening = type(service)(replace(service.environment, listen=calls.append))
    running = listening.start(Job.CHECK, name, source=source)
    await running.run()
    keys = (source or service.environment.source).keys
    held = tuple(one for one in (keys.secret_access_key, keys.session_token) if one) if keys else ()
    return Material(service.store.load(name), running.progress.snapshot, tuple(calls), held)


def build(material: Material, *, masked: bool) -> SupportReport:
    """Put a report together.

    Args:
        material: what was gathered.
        masked: whether to replace account ids, names of people, domains and addresses.
    """
    setup, secrets = material.setup, [one.reveal() for one in material.held]
    mask = Mask(keep=(check.id for check in material.snapshot.checks)) if masked else str

    def clean(text: str) -> str:
        return mask(secrets_out(printable(text), secrets))

    made = {key: value for key, value in msgspec.to_builtins(setup.made).items() if key not in KEPT_BACK and value}
    return SupportReport(
        setup=setup.name,
        made_at=f"{datetime.fromtimestamp(time.time(), UTC):%Y-%m-%d %H:%M:%S} UTC",
        masked=masked,
        versions=versions(),
        variables=tuple(one for one in VARIABLES if os.environ.get(one)),
        choices=everywhere(msgspec.to_builtins(setup.choices), clean),
        made=everywhere(made, clean),
        checks=tuple(everywhere(json_envelope.check(one, setup.name), clean) for one in material.snapshot.checks),
        calls=tuple(everywhere(msgspec.to_builtins(one), clean) for one in material.calls),
    )


def write(path: Path, made: SupportReport) -> None:
    """Write a report to a file that only the user can read.

    Raises:
        OSError: it cannot be written.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text(made))


def keep(made: SupportReport, home: Path) -> Path:
    """Write a report into snowpixel's data folder, and return where.

    Raises:
        OSError: it cannot be written.
    """
    folder = home / "reports"
    own_folder(folder)
    stamp = "".join(each for each in made.made_at if each.isdigit())
    path = folder / f"{made.setup}-{stamp}{'-masked' if made.masked else ''}.txt"
    write(path, made)
    return path


def versions() -> dict[str, str]:
    """Return what runs here."""
    return {
        "snowpixel": __version__,
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "OpenSSL": ssl.OPENSSL_VERSION,
        **{name: found for name in LIBRARIES if (found := _installed(name))},
    }


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def begins(report: SupportReport) -> str:
    """Return the beginning of the text, which identifies an earlier report on the same setup."""
    return f"snowpixel report on the setup '{report.setup}'"


def began_earlier(report: SupportReport) -> str:
    """Return the beginning of the text as earlier versions wrote it."""
    return f"snowpixel report on the set-up '{report.setup}'"


def lines(report: SupportReport) -> Iterator[str]:
    """Yield the report as a text that a person reads before it goes anywhere."""
    names = "are replaced with placeholders" if report.masked else "are in it; --mask replaces them with placeholders"
    yield f"{begins(report)}, {report.made_at}"
    yield f"It contains no secrets. Account IDs, names of people, domains, and addresses {names}."
    yield from _section("Versions", report.versions)
    yield ""
    yield f"Variables that are set: {', '.join(report.variables) or 'none of those that matter'}"
    yield from _section("Choices", report.choices)
    yield from _section("What was created", report.made)
    yield from ("", "Checks")
    for check in report.checks:
        yield from _check(check)
    yield from ("", f"Calls to AWS: {len(report.calls)}")
    yield from (f"  {one['service']} {one['operation']}: {one['code']}" for one in report.calls)


def _section(title: str, values: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield title
    widest = max(map(len, values), default=0)
    for key, value in values.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield f"  {key:<{widest}}  {text}"


def _check(check: dict[str, Any]) -> Iterator[str]:
    yield f"  {check['status']:<8} {check['stage']}/{check['id']}: {check['summary']}"
    if check["status"] == "ok":
        return
    for label in ("observed", "expected"):
        if check[label]:
            yield f"           {label}: {check[label]}"
    if check["problem"]:
        yield f"           problem: {check['problem']['id']}"


def text(report: SupportReport) -> str:
    """Return the whole text."""
    return "\n".join(lines(report)) + "\n"
