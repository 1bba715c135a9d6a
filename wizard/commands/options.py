"""Options: those of every command, and those that choose a setup."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from wizard.commands.session import Session
from wizard.model.terminal_text import printable

F = TypeVar("F", bound=Callable[..., Any])


def _note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option that holds everywhere; the word after the command wins over the one before it."""
    session = context.find_root().ensure_object(Session)
    if value not in (None, False, 0) and parameter.name:
        setattr(session, parameter.name, value)


_FOLDER = click.Path(file_okay=False, path_type=Path)
_EVERYWHERE: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("--json",), {"is_flag": True, "help": "One JSON document on stdout; everything else goes to stderr."}),
    (("--home",), {"type": _FOLDER, "metavar": "DIR", "help": "Where setups are saved (SNOWPIXEL_HOME)."}),
    (("--profile",), {"metavar": "NAME", "help": "The AWS profile to use."}),
    (("--nameserver",), {"metavar": "HOST[:PORT]", "help": "Ask this DNS resolver instead of the public ones."}),
    (("--practice",), {"type": _FOLDER, "metavar": "DIR", "help": "Use this practice world (SNOWPIXEL_PRACTICE)."}),
    (
        ("--keys-stdin",),
        {"is_flag": True, "help": "Read an access key ID and a secret access key, one per line, from stdin."},
    ),
    (("--keep-keys",), {"is_flag": True, "help": "Save keys from --keys-stdin in this computer's key store."}),
    (("--mfa",), {"is_flag": True, "help": "Ask for an MFA code first."}),
    (
        ("--verbose", "-v"),
        {"count": True, "help": "Show each AWS call and each check; twice: how each call ended."},
    ),
)
_VARIABLES = {"--home": "SNOWPIXEL_HOME", "--practice": "SNOWPIXEL_PRACTICE"}


def everywhere(*, root: bool = False) -> list[click.Option]:
    """Make the options that hold everywhere. Only the root reads variables, so that any flag wins over them."""
    return [
        click.Option(
            names, expose_value=False, callback=_note, envvar=_VARIABLES.get(names[0]) if root else None, **more
        )
        for names, more in _EVERYWHERE
    ]


class Command(click.Command):
    """A command that takes the options that hold everywhere, too."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.params += everywhere()

    def invoke(self, ctx: click.Context) -> Any:
        """Note the command's words and its setup, then carry it out."""
        note_words(ctx)
        name = ctx.params.get("name")
        ctx.find_root().ensure_object(Session).setup = name if isinstance(name, str) else ""
        return super().invoke(ctx)


def note_words(context: click.Context) -> None:
    """Note the words of the command that runs."""
    words: list[str] = []
    at: click.Context | None = context
    while at and at.parent:
        words.insert(0, at.info_name or "")
        at = at.parent
    context.find_root().ensure_object(Session).command = " ".join(words)


class Group(click.Group):
    """A group whose commands and itself take the options that hold everywhere."""

    command_class = Command

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.params += everywhere()


yes = click.option("--yes", is_flag=True, help="Don't ask for confirmation; required without a terminal.")
strict = click.option("--strict", is_flag=True, help="Treat warnings (plan: changes) as failures: exit code 1.")
wait = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="How long to wait in total; 0 does what can be done now [no limit].",
)
name = click.argument("name", metavar="NAME")


def nothing_saved(session: Session) -> str:
    """Say that there is no setup, and how to get one."""
    return f"There is no saved setup yet. Create one: {session.line('new NAME')}, or the wizard."


def _the_only_one(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """Take the only saved setup where none is named.

    Raises:
        click.UsageError: there is none, or more than one.
    """
    del parameter
    if value is not None:
        return value
    from wizard.commands.data_folder import home_of  # noqa: PLC0415 - most name their setup
    from wizard.storage.store import Store  # noqa: PLC0415 - the same

    session = context.find_root().ensure_object(Session)
    names = Store(home_of(session)).names()
    if len(names) == 1:
        return names[0]
    several = f"Which setup? Saved: {', '.join(map(printable, names))}. Add its name to the command."
    raise click.UsageError(several if names else nothing_saved(session))


name_or_only = click.argument("name", metavar="[NAME]", required=False, callback=_the_only_one)
"""A setup; the only saved one where none is named. Not for commands that delete something."""
