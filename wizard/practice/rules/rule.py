"""The type of a rule."""

from collections.abc import Awaitable, Callable

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply
from wizard.practice.state import WorldState

Before = Callable[[WorldState, AuthorizedCall], Awaitable[Reply | None]]
After = Callable[[WorldState, AuthorizedCall, Reply], Awaitable[Reply]]
Table = dict[tuple[str, str], tuple[Before, ...]]
AfterTable = dict[tuple[str, str], tuple[After, ...]]
