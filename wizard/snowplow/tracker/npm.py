"""The tracker from the user's npm client, with its registry, proxy, and sign-in."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from wizard.model.terminal_text import printable
from wizard.net.subprocess_env import subprocess_env
from wizard.snowplow.tracker.knowledge import knowledge
from wizard.snowplow.tracker.tracker_file import TrackerError
from wizard.snowplow.tracker.unpack import member

PATIENCE = 90.0
"""Seconds that the client may take; it tries several times by itself."""

LARGEST_PACKAGE = 8 * 1024 * 1024
"""Bytes of the packed package; today's has a thirtieth."""

_LINE = re.compile(r"^npm (?:error|ERR!) (?!A complete log|code |\s*$)(.*)$", re.MULTILINE)
OTHERWISE = "Or use the file itself: download it in a browser, then `--tracker FILE`."


def bundle(version: str) -> bytes:
    """Let the npm client fetch the package and return the minified bundle in it. Blocking.

    The client checks the package against the registry's own hash, and runs nothing that is in it.

    Raises:
        TrackerError: there is no npm client, it could not get the package, or that holds no tracker.
    """
    program = shutil.which("npm")
    if program is None:
        raise TrackerError(
            "There is no npm client on this computer. Use the project's release instead: "
            f"`--tracker release:{version}`. {OTHERWISE}"
        )
    with tempfile.TemporaryDirectory(prefix="snowpixel-npm-") as folder:
        _pack(program, version, Path(folder))
        return member(_packed(Path(folder)), knowledge().bundle)


def _pack(program: str, version: str, folder: Path) -> None:
    wanted = f"{knowledge().package}@{version}"
    command = [program, "pack", wanted, "--ignore-scripts", "--no-update-notifier", "--loglevel=error"]
    try:
        ran = subprocess.run(  # noqa: S603 - the version was checked, and there is no shell
            command,
            cwd=folder,
            env=subprocess_env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TrackerError(
            f"npm did not get {wanted} within {PATIENCE:.0f} seconds. A proxy may be blocking it. {OTHERWISE}"
        ) from error
    except OSError as error:
        raise TrackerError(f"npm couldn't be started: {error}. {OTHERWISE}") from error
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace")
        raise TrackerError(f"npm couldn't get {wanted}: {_reason(said)}. {OTHERWISE}")


def _reason(said: str) -> str:
    """Say in plain words what npm's error codes mean; else its own first words."""
    for code, words in _CODES:
        if code in said:
            return words
    found = _LINE.search(said)
    return printable(found[1] if found else said.strip() or "it gave no reason").rstrip(".")[:300]


_CODES = (
    ("ETARGET", "there is no such version"),
    ("E404", "its registry doesn't have the package"),
    ("E401", "its registry requires a sign-in (`npm login`)"),
    ("E403", "its registry refuses"),
    ("EINTEGRITY", "what arrived isn't what the registry says it should be"),
    *(
        (code, "its registry's hostname can't be looked up; this computer may be offline")
        for code in ("ENOTFOUND", "EAI_AGAIN")
    ),
    ("ECONNREFUSED", "its registry refuses the connection"),
    ("ETIMEDOUT", "its registry doesn't respond; a firewall or proxy may be blocking it"),
    *(
        (code, "it doesn't trust the certificate; a company proxy may be in between")
        for code in ("SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT")
    ),
)


def _packed(folder: Path) -> bytes:
    found = sorted(folder.glob("*.tgz"))
    if len(found) != 1:
        raise TrackerError(f"npm reported success, but left no package. {OTHERWISE}")
    if found[0].stat().st_size > LARGEST_PACKAGE:
        raise TrackerError(f"The package has more than {LARGEST_PACKAGE:,} bytes; that isn't a tracker.")
    return found[0].read_bytes()
