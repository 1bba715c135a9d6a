"""Migrations of saved files from earlier schema versions, one version at a time.

Every change of the file's shape, an added field too, raises `wizard.model.setup.SCHEMA` and adds

- one pure function here, from the plain data of the version before to that of the next, and
- the file of the version before as `tests/storage/files/vN.json`: all of these must load for good.

A field that this version does not know is refused, not dropped: it was written by a newer snowpixel that forgot the
first rule, or by hand with a slip of the pen; saving would lose it silently.
"""

from collections.abc import Callable, Mapping
from typing import Any

from wizard.model.setup import SCHEMA

Data = dict[str, Any]
Step = Callable[[Data], Data]


def _goals(data: Data) -> Data:
    """Version 1 had one goal; since version 2 a setup may have several."""
    choices = dict(data.get("choices", {}))
    goal = choices.pop("goal", "pixel")
    return {**data, "choices": {**choices, "goals": [goal]}}


def _accepted(data: Data) -> Data:
    """Since version 3 the file holds the warnings that the user accepted as they are."""
    return {**data, "accepted": {}}


def _made_at(data: Data) -> Data:
    """Since version 4 the file knows when something was created, and what AWS no longer showed since."""
    return {**data, "made_at": {}, "unseen": []}


def _events(data: Data) -> Data:
    """Since version 5 a test event may be sent again; the file then holds the ids of all of them."""
    return {**data, "made": {**data.get("made", {}), "events_sent_again": {}}}


STEPS: Mapping[int, Step] = {1: _goals, 2: _accepted, 3: _made_at, 4: _events}
"""Version to the function that makes the next version out of it. Version 1 was the first."""


HIGHEST = 10_000
"""No version will ever be higher; a number above it was not written by any snowpixel."""


class NewerError(Exception):
    """The file comes from a newer snowpixel.

    Attributes:
        version: the file's version.
    """

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} is newer than ours")
        self.version = version


class UnknownVersionError(Exception):
    """The file's version never existed."""


def upgrade(data: Data, *, steps: Mapping[int, Step] = STEPS, newest: int = SCHEMA) -> Data:
    """Return the data of a saved file in today's shape; `data` itself is left as it is.

    Args:
        data: the parsed file.
        steps: version to the step to the next one.
        newest: the version to reach.

    Raises:
        NewerError: it is of a later version than `newest`.
        UnknownVersionError: there is no road from its version.
    """
    version = data.get("schema")
    if not isinstance(version, int) or isinstance(version, bool) or version > HIGHEST:
        raise UnknownVersionError("it doesn't say its version")
    if version > newest:
        raise NewerError(version)
    while version < newest:
        if version not in steps:
            raise UnknownVersionError(f"version {version} is unknown")
        data = {**steps[version](data), "schema": version + 1}
        version += 1
    return data
