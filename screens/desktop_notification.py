"""Desktop notifications: by the system's program, else by the terminal (OSC 9).

OSC 9 is what iTerm2 began and what most terminals have taken over that can notify at all; others pass over it. It is
also the only way to the user's own desktop from a computer that they work on over SSH.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from enum import StrEnum

from screens.texts.style import clean
from wizard.net.subprocess_env import subprocess_env

TITLE = "snowpixel"
TIMEOUT = 3.0
"""Seconds that the system's program may take; it may wait for a desktop that does not answer."""

_APPLE = 'on run argv\ndisplay notification (item 1 of argv) with title "snowpixel"\nend run'


class NotificationMethod(StrEnum):
    """How a notification gets to the desktop."""

    NOTIFY_SEND = "notify-send"
    OSASCRIPT = "osascript"
    TERMINAL = "your terminal, if it supports this"
    NONE = ""


def method(surrounding: Mapping[str, str]) -> NotificationMethod:
    """Return the way there is from here.

    Args:
        surrounding: the process's environment variables.
    """
    if not (surrounding.get("SSH_TTY") or surrounding.get("SSH_CONNECTION")):
        if platform.system() == "Darwin" and shutil.which(NotificationMethod.OSASCRIPT):
            return NotificationMethod.OSASCRIPT
        if _has_desktop(surrounding) and shutil.which(NotificationMethod.NOTIFY_SEND):
            return NotificationMethod.NOTIFY_SEND
    # The Linux console would print some of what it does not understand.
    return (
        NotificationMethod.NONE
        if surrounding.get("TERM") in ("linux", "dumb", "", None)
        else NotificationMethod.TERMINAL
    )


def _has_desktop(surrounding: Mapping[str, str]) -> bool:
    return any(surrounding.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"))


def notify(text: str) -> bool:
    """Let the system's program show `text`; whether one did. Blocking."""
    commands: dict[NotificationMethod, tuple[str, ...]] = {
        NotificationMethod.NOTIFY_SEND: ("notify-send", f"--app-name={TITLE}", "--", TITLE, clean(text)),
        NotificationMethod.OSASCRIPT: ("osascript", "-e", _APPLE, clean(text)),
    }
    command = commands.get(method(os.environ))
    if command is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the text is an argument of its own and never a script
            command,
            env=subprocess_env(),
            timeout=TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def through_terminal(text: str, surrounding: Mapping[str, str]) -> str:
    """Return what asks a terminal to notify. Our name comes first: a digit would mean something else to ConEmu.

    tmux hands on to the terminal around it what is wrapped like this, if its option `allow-passthrough` is on (tmux's
    FAQ); it swallows the bare sequence.

    Args:
        text: what to show.
        surrounding: the process's environment variables.
    """
    asked = f"\x1b]9;{TITLE}: {clean(text)}\x1b\\"
    within = asked.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{within}\x1b\\" if surrounding.get("TMUX") else asked
