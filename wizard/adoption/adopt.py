"""Finds the setups of an AWS account that have no file here, and rebuilds their files.

What can be tagged is known by its tags; the rest carries the setup's id in its name. Nothing is taken over here: a
setup that was found is shown, and continued only when the user says so.
"""

import time
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.services.sts import caller
from wizard.aws.services.tagging import tagged_with
from wizard.knowledge.aws_resources import saved_names
from wizard.model.ports import Aws
from wizard.model.setup import NAME, Made, Setup, SetupChoices
from wizard.resources.found_again import AccountSearch, Finder, ShownSetup, Trace, together
from wizard.resources.resource import TAG_ID
from wizard.stages import FOUND_AGAIN
from wizard.storage.store import StoreError


class FoundSetup(Struct, frozen=True, kw_only=True):
    """A setup as the account shows it."""

    name: str
    """The name in its tags."""
    id: str
    account: str
    region: str
    """Empty when not even a bucket shows it."""
    created: float
    choices: SetupChoices
    """As far as the world shows them; the rest are defaults, named in `unknown`."""
    made: Made
    unknown: tuple[str, ...]
    """Fields of `SetupChoices` that have to be asked again."""


async def search(aws: Aws) -> tuple[FoundSetup, ...]:
    """Find all setups of the account that the credentials belong to; nothing is written.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    account = (await caller(aws)).account
    traces = await _traces(AccountSearch(aws, account, await _tagged(aws)))
    found = [await _found(account, identifier, those) for identifier, those in traces.items()]
    return tuple(sorted(found, key=lambda one: (one.name, one.id)))


async def _tagged(aws: Aws) -> dict[str, dict[str, str]]:
    """Return what AWS's own search knows; it lags some minutes behind and may be forbidden, so it is not enough."""
    try:
        return await tagged_with(aws, TAG_ID)
    except AwsError as error:
        if error.kind is ErrorKind.DENIED:
            return {}
        raise


async def _traces(search: AccountSearch) -> dict[str, list[Trace]]:
    """Return what each kind of resource shows, by the setup's id."""
    told: dict[Finder, Sequence[Trace]] = {}

    async def look(finder: Finder) -> None:
        told[finder] = await finder(search)

    await together([partial(look, finder) for finder in FOUND_AGAIN], len(FOUND_AGAIN))
    sorted_out: dict[str, list[Trace]] = {}
    for trace in (trace for finder in FOUND_AGAIN for trace in told[finder]):
        sorted_out.setdefault(trace.id, []).append(trace)
    return sorted_out


async def _found(account: str, identifier: str, traces: Sequence[Trace]) -> FoundSetup:
    seen = ShownSetup()
    for trace in traces:
        seen = await trace.after(seen)
    return FoundSetup(
        name=next((name for name in seen.names if NAME.fullmatch(name)), f"found-{identifier}"),
        id=identifier,
        account=account,
        region=seen.choices.get("region", ""),
        created=time.time() if seen.created is None else seen.created,
        choices=SetupChoices(**seen.choices),
        made=Made(account=account, **seen.made),
        unknown=tuple(name for name in ASKED if name not in seen.choices),
    )


ASKED = ("goals", "domain", "region", "pixel", "retention_days", "viewer", "events_per_month")
"""Choices that are asked again where the world does not show them. `profile` is how one looked, so it is known."""


def rebuild(found: FoundSetup, name: str | None = None, **choices: Any) -> Setup:
    """Make the setup again that our file would hold.

    Args:
        found: what the account shows.
        name: what to call it on this computer; the tags keep their name.
        choices: answers to what was `unknown`, and anything the user wants otherwise.
    """
    local = name or found.name
    return Setup(
        name=local,
        id=found.id,
        created=found.created,
        choices=replace(found.choices, **choices),
        made=found.made,
        made_at=_made_at(found),
        original=found.name if local != found.name else None,
    )


def _made_at(found: FoundSetup) -> dict[str, float]:
    """Return what may have been made only just now, and so may not be seen everywhere."""
    items = {name: saved.item for name, saved in saved_names().items() if saved.item}
    return {item: found.created for name, item in items.items() if getattr(found.made, name)}


def refuse_adopted(found: FoundSetup, name: str, saved_as: str | None, names: Collection[str]) -> None:
    """Refuse to save a setup of the account twice, or under a name that is taken here.

    Raises:
        StoreError: which of the two, and what to do.
    """
    if saved_as is not None:
        raise StoreError(
            f"That setup is already saved here, as '{saved_as}'. Continue it: `snowpixel apply {saved_as}`."
        )
    if name in names:
        raise StoreError(
            f"Another setup called '{name}' is saved here; the one in your account has the ID {found.id}. Give it "
            f"another name on this computer; its tags in AWS keep '{found.name}'."
        )
