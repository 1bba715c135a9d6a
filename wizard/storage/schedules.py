"""Scheduled checks: what to run, and the cron line, systemd timer, or launchd agent that runs it."""

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SHELL = "/bin/sh"


class ScheduleError(Exception):
    """It can't be scheduled, or isn't ours to change. The message says why and what to do."""


class ChangedByHandError(ScheduleError):
    """It was ours, and somebody has changed it since."""


@dataclass(frozen=True)
class Schedule:
    """What to run, and when.

    Attributes:
        setup: the setup's name.
        id: its id: a setup of the same name elsewhere is another one's.
        check: the check as a program takes it, its own path first.
        hour: hour of the day, local time; None runs it every hour.
        minute: minute of that hour.
        on_change: shell command that gets what changed on its standard input; "" leaves it to the scheduler.
    """

    setup: str
    id: str
    check: tuple[str, ...]
    hour: int | None = 7
    minute: int = 17
    on_change: str = ""

    @property
    def mark(self) -> str:
        """The comment by which an entry is known as this setup's."""
        return f"snowpixel schedule: {self.setup} ({self.id})"

    @property
    def script(self) -> str:
        """The shell command: the check, and the user's command only where the check had something to say."""
        check = shlex.join(self.check)
        if not self.on_change:
            return check
        return f'news=$({check} 2>&1); [ -z "$news" ] || printf "%s\\n" "$news" | {self.on_change}'


@dataclass(frozen=True)
class Text:
    """Something to be written or deleted: where it is, and what it says."""

    where: str
    content: str


class Scheduler(Protocol):
    """A program of this computer that runs others at set times."""

    name: str
    hint: str
    """Where to look for what the checks say."""

    def texts(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return what would be written."""
        ...

    def found(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return what is written already for this setup.

        Raises:
            ScheduleError: something else stands there.
        """
        ...

    def write(self, schedule: Schedule) -> None:
        """Write it, in place of an earlier one of this setup.

        Raises:
            ScheduleError: it can't be written, or something else stands there.
        """
        ...

    def remove(self, schedule: Schedule) -> None:
        """Delete what is written for this setup, and nothing else.

        Raises:
            ScheduleError: it can't be deleted, or isn't ours.
        """
        ...


def run(*command: str, stdin: str = "") -> str:
    """Run a program of the system and return what it printed.

    Raises:
        ScheduleError: it isn't there, or refused.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - programs of the system, without a shell
            command, input=stdin, capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScheduleError(f"{command[0]} can't be run: {error}") from error
    if ran.returncode:
        raise ScheduleError((ran.stderr or ran.stdout).strip() or f"{command[0]} ended with {ran.returncode}")
    return ran.stdout


class Cron:
    """The user's crontab: a comment that marks our line, and the line."""

    name = "cron"
    hint = "cron mails you what the check prints, if this computer can send mail."

    def texts(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return the two lines."""
        return (Text("crontab", "".join(f"{line}\n" for line in self._lines(schedule))),)

    def found(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return the lines that stand there already."""
        lines = self._read()
        at = self._place(lines, schedule)
        return () if at is None else (Text("crontab", "".join(f"{line}\n" for line in lines[at : at + 2])),)

    def write(self, schedule: Schedule) -> None:
        """Put the lines in place of earlier ones, or at the end."""
        lines = self._read()
        at = self._place(lines, schedule)
        first, last = (len(lines), len(lines)) if at is None else (at, at + 2)
        self._put([*lines[:first], *self._lines(schedule), *lines[last:]])

    def remove(self, schedule: Schedule) -> None:
        """Take our two lines out."""
        lines = self._read()
        at = self._place(lines, schedule)
        if at is not None:
            self._put([*lines[:at], *lines[at + 2 :]])

    def _lines(self, schedule: Schedule) -> tuple[str, str]:
        hour = "*" if schedule.hour is None else schedule.hour
        command = schedule.script.replace("%", r"\%")  # cron takes a bare % for a line end
        return f"# {schedule.mark}", f"{schedule.minute} {hour} * * * {command}"

    def _read(self) -> list[str]:
        try:
            return run("crontab", "-l").splitlines()
        except ScheduleError as error:
            if "no crontab" in str(error):
                return []
            raise

    def _place(self, lines: list[str], schedule: Schedule) -> int | None:
        """Return where our lines are.

        Raises:
            ScheduleError: the line below our mark isn't ours.
        """
        mark = f"# {schedule.mark}"
        if mark not in lines:
            return None
        at = lines.index(mark)
        check = f" check {shlex.quote(schedule.setup)} --quiet"
        if at + 1 >= len(lines) or check not in lines[at + 1] or lines[at + 1].startswith("#"):
            raise ChangedByHandError(
                f"The line below '{mark}' in your crontab was changed by hand, so snowpixel leaves both alone. "
                "Delete them with: crontab -e"
            )
        return at

    def _put(self, lines: list[str]) -> None:
        run("crontab", "-", stdin="".join(f"{line}\n" for line in lines))


class Files(ABC):
    """What the schedulers have in common that read files: writes ours, and never replaces another's."""

    @abstractmethod
    def texts(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return the files."""

    def found(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return those files that stand there already."""
        paths = [Path(text.where) for text in self.texts(schedule)]
        there = [path for path in paths if path.exists() or path.is_symlink()]
        return tuple(Text(str(path), self._ours(path, schedule)) for path in there)

    def _ours(self, path: Path, schedule: Schedule) -> str:
        try:
            content = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise ScheduleError(f"{path} can't be read: {error.strerror}") from error
        if path.is_symlink() or schedule.mark not in content:
            raise ScheduleError(f"{path} isn't from this setup's schedule, so snowpixel leaves it alone.")
        return content

    def _put(self, schedule: Schedule) -> None:
        self.found(schedule)
        for text in self.texts(schedule):
            path = Path(text.where)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.content, encoding="utf-8")
            except OSError as error:
                raise ScheduleError(f"{path} can't be written: {error.strerror}") from error

    def _delete(self, schedule: Schedule) -> None:
        for text in self.found(schedule):
            Path(text.where).unlink()


class Systemd(Files):
    """A timer of systemd's user manager, and the service that it starts."""

    name = "systemd"

    def __init__(self) -> None:
        config = os.environ.get("XDG_CONFIG_HOME")
        self.folder = (Path(config) if config else Path.home() / ".config") / "systemd" / "user"
        self.hint = (
            "What the check prints is in the journal: journalctl --user. The timer rests while you are signed out, "
            "unless you run: loginctl enable-linger"
        )

    def texts(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return the service and the timer."""
        unit = self.folder / f"snowpixel-check-{schedule.setup}"
        hour = "*" if schedule.hour is None else f"{schedule.hour:02}"
        quoted = re.sub(r'[\\"]', r"\\\g<0>", schedule.script).replace("$", "$$").replace("%", "%%")
        service = (
            f"# {schedule.mark}\n[Unit]\nDescription=snowpixel check of {schedule.setup}\n\n"
            f'[Service]\nType=oneshot\nExecStart={SHELL} -c "{quoted}"\n'
        )
        timer = (
            f"# {schedule.mark}\n[Unit]\nDescription=snowpixel check of {schedule.setup}\n\n"
            f"[Timer]\nOnCalendar=*-*-* {hour}:{schedule.minute:02}:00\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
        return Text(f"{unit}.service", service), Text(f"{unit}.timer", timer)

    def write(self, schedule: Schedule) -> None:
        """Write both files and start the timer."""
        self._put(schedule)
        try:
            run("systemctl", "--user", "daemon-reload")
            run("systemctl", "--user", "enable", "--now", self._timer(schedule))
        except ScheduleError:
            self._delete(schedule)
            raise

    def remove(self, schedule: Schedule) -> None:
        """Stop the timer and delete both files."""
        if self.found(schedule):
            run("systemctl", "--user", "disable", "--now", self._timer(schedule))
            self._delete(schedule)
            run("systemctl", "--user", "daemon-reload")

    def _timer(self, schedule: Schedule) -> str:
        return f"snowpixel-check-{schedule.setup}.timer"


class Launchd(Files):
    """A launch agent of macOS."""

    name = "launchd"

    def __init__(self) -> None:
        self.folder = Path.home() / "Library"
        self.hint = "What the check prints is in ~/Library/Logs/snowpixel.log."

    def texts(self, schedule: Schedule) -> tuple[Text, ...]:
        """Return the agent's property list."""
        log = str(self.folder / "Logs" / "snowpixel.log")
        hour = {} if schedule.hour is None else {"Hour": schedule.hour}
        told = {
            "Label": self._label(schedule),
            "ProgramArguments": [SHELL, "-c", schedule.script],
            "StartCalendarInterval": {**hour, "Minute": schedule.minute},
            "EnvironmentVariables": {"SNOWPIXEL_SCHEDULE": schedule.mark},  # by which the file is known as ours
            "StandardOutPath": log,
            "StandardErrorPath": log,
        }
        path = self.folder / "LaunchAgents" / f"{self._label(schedule)}.plist"
        return (Text(str(path), plistlib.dumps(told).decode()),)

    def write(self, schedule: Schedule) -> None:
        """Write the file and hand it to launchd, in place of an earlier one."""
        replaced = bool(self.found(schedule))
        self._put(schedule)
        try:
            if replaced:
                run("launchctl", "bootout", f"gui/{os.getuid()}/{self._label(schedule)}")
            run("launchctl", "bootstrap", f"gui/{os.getuid()}", self.texts(schedule)[0].where)
        except ScheduleError:
            self._delete(schedule)
            raise

    def remove(self, schedule: Schedule) -> None:
        """Take it from launchd and delete the file."""
        if self.found(schedule):
            run("launchctl", "bootout", f"gui/{os.getuid()}/{self._label(schedule)}")
            self._delete(schedule)

    def _label(self, schedule: Schedule) -> str:
        return f"snowpixel.check.{schedule.setup}"


PROGRAMS = {"cron": "crontab", "systemd": "systemctl", "launchd": "launchctl"}
"""Scheduler to the program that it needs; the first that is there is used."""


def scheduler(name: str) -> Scheduler:
    """Return a scheduler by its name."""
    kinds: dict[str, type[Scheduler]] = {"cron": Cron, "systemd": Systemd, "launchd": Launchd}
    return kinds[name]()


def there(platform: str) -> tuple[str, ...]:
    """Return the names of this computer's schedulers, the usual one first."""
    order = ("launchd", "cron") if platform == "darwin" else ("cron", "systemd")
    return tuple(name for name in order if shutil.which(PROGRAMS[name]))


def drop(setup: str, identifier: str) -> Iterator[str]:
    """Delete the scheduled checks of a setup that is given up, and say so; mostly there are none.

    Args:
        setup: its name.
        identifier: its id.
    """
    wanted = Schedule(setup, identifier, ())
    for one in map(scheduler, there(sys.platform)):
        try:
            found = bool(one.found(wanted))
        except ChangedByHandError as error:
            yield str(error)
            continue
        except ScheduleError:  # whoever may not read it has not written it; a file of that name is another setup's
            continue
        if found:
            yield _dropped(one, wanted)


def _dropped(one: Scheduler, wanted: Schedule) -> str:
    try:
        one.remove(wanted)
    except (ScheduleError, OSError) as error:
        return f"The scheduled check of {wanted.setup} ({one.name}) couldn't be deleted: {error}"
    return f"The scheduled check of {wanted.setup} ({one.name}) was deleted, too."
