"""The shape of a rule."""

from collections.abc import Awaitable, Callable

from wizard.practice.aws_call import Call
from wizard.practice.error_replies import Reply
from wizard.practice.state import State

Before = Callable[[State, Call], Awaitable[Reply | None]]
After = Callable[[State, Call, Reply], Awaitable[Reply]]
Table = dict[tuple[str, str], tuple[Before, ...]]
AfterTable = dict[tuple[str, str], tuple[After, ...]]
