"""Flags of `new` and `set` to choices: cleaned, or refused with a reason."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import click
import msgspec

from wizard.choices.table import CHOICES, Choice, suggested
from wizard.model.fields import QUESTIONS
from wizard.model.setup import SetupChoices

F = TypeVar("F", bound=Callable[..., Any])


def flags(function: F) -> F:
    """Add the options with which a setup is chosen."""
    for option in reversed(_CHOICES):
        function = option(function)
    return function


def _option(choice: Choice) -> Callable[[F], F]:
    """Make the flag of a choice; --help names what holds where it is left out."""
    usual = choice.shown(suggested())
    said = f"{choice.question.help} [{usual}]." if usual and not choice.question.help.endswith(".") else None
    return click.option(
        choice.flag,
        type=click.Choice(choice.words) if choice.words else None,
        metavar=choice.metavar or None,
        multiple=choice.many,
        help=said or choice.question.help,
    )


_NO_DOMAIN = click.option("--no-domain", is_flag=True, help=QUESTIONS["nodomain"].help)
_CHOICES = tuple(
    option
    for choice in CHOICES
    if choice.id != "profile"  # which every command takes
    for option in ((_option(choice), _NO_DOMAIN) if choice.id == "domain" else (_option(choice),))
)


def changes(profile: str | None, *, no_domain: bool, **given: Any) -> dict[str, Any]:
    """Return the fields of `SetupChoices` that the flags set.

    Args:
        profile: the AWS profile, which here is a choice that is saved.
        no_domain: whether CloudFront's own name shall be used.
        given: the other flags by the ids of their choices; None or nothing where a flag was left out.

    Raises:
        click.UsageError: two flags contradict each other.
        wizard.model.validators.InvalidChoice: a value cannot be used.
    """
    if no_domain and given["domain"] is not None:
        raise click.UsageError("--domain and --no-domain contradict each other.")
    texts = {**given, "profile": profile}
    found = {}
    for choice in CHOICES:
        typed = texts.get(choice.id)
        if typed not in (None, ()):
            found[choice.field] = choice.read(" ".join(typed) if choice.many else typed)
    return {**found, "domain": None} if no_domain else found


def shown(choices: SetupChoices) -> dict[str, Any]:
    """Return choices as plain data."""
    built: dict[str, Any] = msgspec.to_builtins(choices)
    return built


def different(before: SetupChoices, after: SetupChoices) -> Iterator[str]:
    """Yield a line for each choice that differs, as it would be typed."""
    for choice in CHOICES:
        was, now = choice.shown(before), choice.shown(after)
        if was != now:
            yield f"{choice.question.label}: {was or 'none'} → {now or 'none'}"


def fields_different(before: SetupChoices, after: SetupChoices) -> Mapping[str, tuple[Any, Any]]:
    """Return the fields that differ, with both values as plain data."""
    was, now = shown(before), shown(after)
    return {field: (was[field], now[field]) for field in now if was[field] != now[field]}
