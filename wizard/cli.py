"""The command line: composition root, table of commands, and exit of the program."""

import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wizard import __version__
from wizard.commands import streams
from wizard.commands.options import everywhere
from wizard.commands.session import Session, dumb, terminal
from wizard.model.leaving import end_like_ctrl_c, leave

if TYPE_CHECKING:
    from wizard.service import Service

COMMANDS = {
    "practice": ("practice:practice", "Practice with an emulated AWS on this computer: no account, no cost."),
    "new": ("setups:new", "Save a setup from flags, without questions."),
    "set": ("setups:set_", "Change choices of a saved setup."),
    "list": ("setups:list_", "List the saved setups."),
    "plan": ("apply:plan", "Show what apply would do, what it costs, and the permissions it needs."),
    "apply": ("apply:apply", "Create or complete a setup; you can interrupt it and run it again at any time."),
    "check": ("check:check", "Check everything and change nothing."),
    "schedule": ("schedule:schedule", "Check regularly, by cron, systemd, or launchd."),
    "repair": ("apply:repair", "Fix what check found."),
    "remove": ("apply:remove", "Delete everything; the logs are kept unless you add --delete-logs."),
    "credentials": (
        "credentials:credentials",
        "Show which AWS credentials exist, which are used, and how to get some.",
    ),
    "snippet": ("snippet:snippet", "Print the tag for your pages; --check URL checks a live page."),
    "browse": ("snippet:browse", "Send three events from your own browser and read them back from your log bucket."),
    "events": ("events:events", "Show the decoded events in your log bucket."),
    "policy": ("explain:policy", "Print the smallest IAM policy that works."),
    "explain": ("explain:explain", "Explain what a problem means and what to do."),
    "report": ("report:report", "Collect what somebody needs to help you; never a secret, and sent to nobody."),
    "forget": ("setups:forget", "Delete a saved setup from this computer; nothing in AWS changes."),
}
"""Each command: where it is, and what it says of itself. Only the one that runs is loaded."""


_FROM = f"{Path(__file__).parent.parent} (Python {sys.version_info.major}.{sys.version_info.minor})"
"""Which of several installations this is, as pip says it of itself."""


class Commands(click.Group):
    """The commands, loaded when they run: `--version` and `--help` are there at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands in the order of the road."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"wizard.commands.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed.

        Raises:
            click.UsageError: there is none of that name.
        """
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0], ctx.ensure_object(Session)), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into the help without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=Commands, invoke_without_command=True, params=everywhere(root=True))
@click.option("--plain", is_flag=True, help="Ask the wizard's questions line by line: for screen readers and scripts.")
@click.version_option(__version__, message="snowpixel %(version)s from {}".format(_FROM.replace("%", "%%")))
@click.pass_context
def snowpixel(context: click.Context, *, plain: bool) -> int | None:
    """Set up a Snowplow tracking pixel in your own AWS account, and prove that it works.

    Without a command: the wizard.
    """
    session = context.ensure_object(Session)
    session.start_wizard = _wizard
    session.find_command = snowpixel.get_command
    if context.invoked_subcommand:
        return None
    session.command = "snowpixel"
    if plain or dumb():
        return _plain(session)
    if not terminal():
        raise click.UsageError(_NO_TERMINAL)
    return _wizard(session.service())


def _unknown(typed: str, session: Session) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - for mistyped words alone

    from wizard.model.terminal_text import printable  # noqa: PLC0415 - the same

    close = get_close_matches(typed, COMMANDS, 1)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    return f"There is no command '{printable(typed)}'.{meant} All commands: {session.line('--help')}"


_NO_TERMINAL = f"""The wizard needs a terminal, and there is none here. The same with plain commands:

  snowpixel practice      try everything with an emulated AWS on this computer
  snowpixel new NAME      save a setup; then plan, apply, and check it
  snowpixel --help        all commands: {", ".join(COMMANDS)}"""


def _plain(session: Session) -> int:
    """Run the wizard as questions."""
    from wizard.commands.plain.interview import run  # noqa: PLC0415 - loads the engine

    if session.json:
        raise click.UsageError("--plain asks questions and --json is for programs: use only one of them.")
    return run(session)


def _wizard(service: "Service") -> int:
    """Start the screens: the one place that knows them."""
    from screens.app import run  # noqa: PLC0415 - loads textual, which no other command needs

    streams.draw_on_terminal()
    return run(service)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and end the process.

    It ends without waiting for any thread: a call to AWS that hangs must not hold the terminal.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    streams.prepare()
    end_like_ctrl_c()
    session = Session(json="--json" in given)
    code = _heard(_run(given, session), session)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    leave(code)


def _run(arguments: list[str], session: Session) -> int:
    """Carry out the command and return the exit code."""
    try:
        return int(snowpixel.main(arguments, "snowpixel", standalone_mode=False, obj=session) or 0)
    except (KeyboardInterrupt, click.Abort):
        return _interrupted(session)
    except Exception as error:  # noqa: BLE001 - the last word, whatever it was
        return _failed(session, error)


def _heard(code: int, session: Session) -> int:
    """Return the exit code, having made sure that what was said on stdout has arrived.

    Whoever closed stdout, or the program that read it, has heard enough. On a full disk something is missing that was
    asked for: that is unseen, and no success.
    """
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    lost = streams.failure(sys.stdout)
    if lost is None or streams.left(sys.stdout):
        return code
    from wizard.commands.output.exit_codes import ExitCode  # noqa: PLC0415 - only now
    from wizard.storage.atomic_files import reason  # noqa: PLC0415 - the same

    session.note(
        f"This command's output couldn't be written: {reason(lost, Path('stdout'))}. The command itself completed. "
        f"Free up space, then run it again."
    )
    return code or ExitCode.UNFINISHED


def _interrupted(session: Session) -> int:
    from wizard.commands.output.exit_codes import ExitCode  # noqa: PLC0415
    from wizard.commands.run_walk import farewell  # noqa: PLC0415 - only now

    farewell(session)
    return ExitCode.INTERRUPTED


def _failed(session: Session, error: Exception) -> int:
    """Say what went wrong, and return the exit code for it."""
    from wizard.commands.output import exit_codes  # noqa: PLC0415 - `--version` needs none of it

    if isinstance(error, click.UsageError):
        code, message = exit_codes.ExitCode.USAGE, error.format_message()
        if error.ctx and not session.json and "\n" not in message:
            session.note(error.ctx.get_usage())
    elif isinstance(error, click.ClickException):
        code, message = exit_codes.ExitCode.USAGE, error.format_message()
    else:
        code, message = exit_codes.of_error(error), _words(session, error)
    if session.json:
        session.result((), "error", None, [message])
    session.note(message)
    return code


def _words(session: Session, error: Exception) -> str:
    """Return a known error's own words, and for a mistake of ours what it was."""
    from wizard.commands.output.exit_codes import expected  # noqa: PLC0415

    if expected(error):
        return _explained(session, error)
    from wizard.credentials.secret_masking import masked  # noqa: PLC0415
    from wizard.model.tracebacks import place  # noqa: PLC0415

    if session.verbose:
        session.note(masked("".join(traceback.format_exception(error)).rstrip()))
    where = place(error)
    return f"Internal error in snowpixel ({where}). Everything saved is intact. Run it again with -v to see where."


def _explained(session: Session, error: Exception) -> str:
    """Return an error's words; a refusal of AWS's is explained as the checklist would."""
    from wizard.aws.errors import AwsError  # noqa: PLC0415
    from wizard.knowledge import problems  # noqa: PLC0415
    from wizard.model.terminal_text import printable  # noqa: PLC0415

    if not isinstance(error, AwsError):
        return str(error)
    told = problems.explain(error.problem, session.setup)
    return "\n".join(map(printable, (told.title, told.meaning, *(f"- {step}" for step in told.steps))))
