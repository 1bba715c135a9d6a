"""`schedule`: shown before it is written, whole paths, only what is its own; what it writes really runs."""

import os
import plistlib
import re
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import Cli

CRONTAB = """#!/bin/sh
# The user's crontab as a file: -l shows it, - replaces it from standard input.
if [ "$1" = -l ]; then
    [ -f "$HOME/crontab" ] || { echo "no crontab for somebody" >&2; exit 1; }
    cat "$HOME/crontab"
else
    cat > "$HOME/crontab"
fi
"""
SYSTEMCTL = '#!/bin/sh\necho "$@" >> "$HOME/systemctl"\n[ ! -f "$HOME/no-bus" ] || { echo "no bus" >&2; exit 1; }\n'
OTHERS = "MAILTO=me@example.org\n# snowpixel schedule: main (somebody-else)\n5 5 * * * /usr/bin/true\n"


@pytest.fixture
def computer(alone: Cli) -> Cli:
    """A computer with programs of its own for cron and systemd, and a setup."""
    programs = alone.folder / "bin"
    programs.mkdir()
    for name, text in {"crontab": CRONTAB, "systemctl": SYSTEMCTL, "snowpixel": "#!/bin/sh\ncat news\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(stat.S_IRWXU)
    alone.extra["PATH"] = f"{programs}:/usr/bin:/bin"
    assert alone("new", "main", "--no-domain").code == 0
    return alone


def crontab(computer: Cli) -> str:
    return (computer.folder / "crontab").read_text()


def command_of(line: str) -> str:
    """Return what cron runs of a line: its five times stand before it, and `\\%` is a percent sign."""
    return line.split(maxsplit=5)[5].replace(r"\%", "%")


def ran(computer: Cli, command: str, news: str) -> str:
    """Run a command as a scheduler does: in another folder, with a short PATH; the check says the news."""
    (computer.folder / "news").write_text(news)
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=computer.folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_a_cron_line_is_shown_written_replaced_and_deleted_beside_what_others_wrote(computer: Cli) -> None:
    (computer.folder / "crontab").write_text(OTHERS)
    refused = computer("schedule", "main")
    assert (refused.code, crontab(computer)) == (2, OTHERS), "without a terminal it needs --yes"
    assert "17 7 * * * " in refused.out, "it is shown before it is asked"
    written = computer("schedule", "--yes")  # the only setup is meant
    assert written.code == 0, written.err
    mark, line = crontab(computer).removeprefix(OTHERS).splitlines()
    assert re.fullmatch(r"# snowpixel schedule: main \([0-9a-f]{8}\)", mark)
    program = shlex.split(command_of(line))
    assert program == [
        str(computer.folder / "bin" / "snowpixel"),
        "--home",
        str(computer.home),
        "check",
        "main",
        "--quiet",
    ]
    assert computer("schedule", "main", "--hourly", "--at", "0:05", "--profile", "watcher", "--yes").code == 0
    again = crontab(computer).removeprefix(OTHERS).splitlines()
    assert again[0] == mark
    assert again[1].startswith("5 * * * * ")
    assert "--profile watcher" in again[1]
    assert computer("schedule", "main", "--remove").code == 2
    gone = computer("schedule", "main", "--remove", "--yes", "--json")
    assert gone.document["data"]["removed"]
    assert crontab(computer) == OTHERS
    assert "No check of main is scheduled" in computer("schedule", "main", "--remove", "--yes").out


def test_a_line_that_somebody_changed_is_left_alone(computer: Cli) -> None:
    assert computer("schedule", "main", "--yes").code == 0
    changed = crontab(computer).replace("check main --quiet", "check main")
    (computer.folder / "crontab").write_text(changed)
    for more in ((), ("--remove",)):
        left = computer("schedule", "main", "--yes", *more)
        assert left.code == 2
        assert "changed by hand" in left.err
    assert crontab(computer) == changed


@pytest.mark.parametrize("by", ["cron", "systemd", "launchd"])
def test_what_is_written_calls_the_users_command_with_what_changed_and_only_then(computer: Cli, by: str) -> None:
    notice = computer.folder / "notice 100%"
    told = computer("schedule", "main", "--by", by, "--on-change", f"tee '{notice}' \"$(printf /dev/null)\"", "--json")
    assert told.code == 2, "nothing is written yet"
    shown = {"cron": _of_cron, "systemd": _of_systemd, "launchd": _of_launchd}[by](told.err)
    assert "/tee" in shown, "with its full path"
    assert ran(computer, shown, "") == ""
    assert not notice.exists()
    assert ran(computer, shown, 'warning: 50% of "$HOME"\n') == 'warning: 50% of "$HOME"\n'
    assert notice.read_text() == 'warning: 50% of "$HOME"\n'


def _of_cron(shown: str) -> str:
    return command_of(next(line for line in shown.splitlines() if "* * *" in line).strip())


def _of_systemd(shown: str) -> str:
    """Read ExecStart as systemd does: quotes with backslashes, and doubled dollars and percent signs."""
    line = next(line for line in shown.splitlines() if "ExecStart=" in line).strip()
    told = re.fullmatch(r'ExecStart=/bin/sh -c "((?:[^"\\]|\\.)*)"', line)
    assert told
    return re.sub(r"\\(.)", r"\1", told[1]).replace("$$", "$").replace("%%", "%")


def _of_launchd(shown: str) -> str:
    text = "\n".join(line.removeprefix("  ") for line in shown.splitlines())
    told = plistlib.loads(text[text.index("<?xml") : text.index("</plist>") + 8].encode())
    assert told["StartCalendarInterval"] == {"Hour": 7, "Minute": 17}
    shell, flag, script = told["ProgramArguments"]
    assert (shell, flag) == ("/bin/sh", "-c")
    return str(script)


def test_a_systemd_timer_is_written_started_and_deleted(computer: Cli) -> None:
    assert computer("schedule", "main", "--by", "systemd", "--yes").code == 0
    folder = computer.folder / ".config" / "systemd" / "user"
    timer, service = folder / "snowpixel-check-main.timer", folder / "snowpixel-check-main.service"
    assert "OnCalendar=*-*-* 07:17:00\n" in timer.read_text()
    assert "check main --quiet" in service.read_text()
    assert computer("schedule", "main", "--remove", "--yes").code == 0
    assert list(folder.iterdir()) == []
    assert (computer.folder / "systemctl").read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable --now snowpixel-check-main.timer",
        "--user disable --now snowpixel-check-main.timer",
        "--user daemon-reload",
    ]


def test_a_launch_agent_is_written_replaced_and_deleted(computer: Cli) -> None:
    (computer.folder / "bin" / "launchctl").symlink_to(computer.folder / "bin" / "systemctl")
    agent = computer.folder / "Library" / "LaunchAgents" / "snowpixel.check.main.plist"
    assert computer("schedule", "main", "--by", "launchd", "--yes").code == 0
    assert computer("schedule", "main", "--by", "launchd", "--hourly", "--yes").code == 0
    assert plistlib.loads(agent.read_bytes())["StartCalendarInterval"] == {"Minute": 17}
    assert computer("schedule", "main", "--by", "launchd", "--remove", "--yes").code == 0
    assert not agent.exists()
    domain = f"gui/{os.getuid()}"
    into, out = f"bootstrap {domain} {agent}", f"bootout {domain}/snowpixel.check.main"
    assert (computer.folder / "systemctl").read_text().splitlines() == [into, out, into, out]


def test_a_timer_that_does_not_start_leaves_no_files(computer: Cli) -> None:
    (computer.folder / "no-bus").touch()
    failed = computer("schedule", "main", "--by", "systemd", "--yes")
    assert failed.code == 2
    assert "no bus" in failed.err
    assert list((computer.folder / ".config" / "systemd" / "user").iterdir()) == []


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("systemd", ".config/systemd/user/snowpixel-check-main.timer"),
        ("launchd", "Library/LaunchAgents/snowpixel.check.main.plist"),
    ],
)
def test_a_file_that_somebody_else_wrote_is_never_replaced_or_deleted(computer: Cli, by: str, name: str) -> None:
    file: Path = computer.folder / name
    file.parent.mkdir(parents=True)
    file.write_text("# somebody's\n")
    for more in ((), ("--remove",)):
        refused = computer("schedule", "main", "--by", by, "--yes", *more)
        assert refused.code == 2
        assert "leaves it alone" in refused.err
    assert file.read_text() == "# somebody's\n"
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--at", "24:00"), "isn't a time"),
        (("--at", "7"), "isn't a time"),
        (("--on-change", "no-such-program x"), "no program 'no-such-program'"),
        (("--on-change", "cat\ncat"), "one line"),
        (("--by", "launchd"), "launchctl can't be run"),
    ],
)
def test_what_cannot_be_scheduled_is_refused(computer: Cli, arguments: tuple[str, ...], said: str) -> None:
    refused = computer("schedule", "main", "--yes", *arguments)
    assert (refused.code, "Traceback" in refused.err) == (2, False)
    assert said in refused.err
    assert not (computer.folder / "crontab").exists()
    assert not (computer.folder / "Library" / "LaunchAgents" / "snowpixel.check.main.plist").exists()


def test_a_computer_without_any_scheduler_is_said(computer: Cli) -> None:
    empty = computer.folder / "empty"
    empty.mkdir()
    refused = computer("schedule", "main", "--yes", PATH=str(empty))
    assert refused.code == 2
    assert "has no cron, systemd, or launchd" in refused.err


def test_forget_deletes_the_schedule_of_its_setup_too_and_nothing_else(computer: Cli) -> None:
    (computer.folder / "crontab").write_text(OTHERS)
    for by in ("cron", "systemd"):
        assert computer("schedule", "main", "--by", by, "--yes").code == 0
    forgotten = computer("forget", "main", "--yes")
    assert forgotten.code == 0, forgotten.err
    assert "The scheduled check of main (cron) was deleted, too." in forgotten.out
    assert "The scheduled check of main (systemd) was deleted, too." in forgotten.out
    assert crontab(computer) == OTHERS
    assert list((computer.folder / ".config" / "systemd" / "user").iterdir()) == []


def test_forget_says_of_a_schedule_that_was_changed_by_hand_how_to_delete_it(computer: Cli) -> None:
    assert computer("schedule", "main", "--yes").code == 0
    changed = crontab(computer).replace("check main --quiet", "check main")
    (computer.folder / "crontab").write_text(changed)
    forgotten = computer("forget", "main", "--yes")
    assert forgotten.code == 0
    assert "Delete them with: crontab -e" in forgotten.out
    assert crontab(computer) == changed


def test_forget_says_nothing_of_schedules_where_none_is_or_can_be(computer: Cli) -> None:
    assert "schedule" not in computer("forget", "main", "--yes").out
    assert computer("new", "main", "--no-domain").code == 0
    (computer.folder / "bin" / "crontab").write_text("#!/bin/sh\necho not allowed >&2\nexit 1\n")
    assert "schedule" not in computer("forget", "main", "--yes").out
