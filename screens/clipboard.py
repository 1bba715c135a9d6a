"""Clipboard: the system's own tool where there is one, besides OSC 52."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping

from wizard.net.subprocess_env import subprocess_env

TIMEOUT = 2.0
"""Seconds that a clipboard tool may take; some wait for a display that does not answer."""


def tool(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the command that fills this computer's clipboard; None where there is none.

    Over SSH a tool would fill the clipboard of the other computer: only the terminal itself can help there.
    """
    if environment.get("SSH_TTY") or environment.get("SSH_CONNECTION"):
        return None
    return next((command for command in _candidates(environment) if shutil.which(command[0])), None)


def _candidates(environment: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    if platform.system() == "Darwin":
        return (("pbcopy",),)
    if environment.get("WSL_DISTRO_NAME"):
        return (("clip.exe",),)
    if environment.get("WAYLAND_DISPLAY"):
        return (("wl-copy",),)
    if environment.get("DISPLAY"):
        return ("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")
    return ()


def fill(text: str) -> bool:
    """Hand `text` to the clipboard tool; whether one took it. Blocking."""
    command = tool(os.environ)
    if command is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the text goes to its input only
            command,
            env=subprocess_env(),
            input=text.encode(),
            timeout=TIMEOUT,
            check=False,
            stdout=subprocess.DEVNULL,  # xclip stays in the background and would hold a pipe open
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
