"""Blocking libraries (boto3, keyring, urllib3) on daemon threads of our own.

asyncio's and anyio's worker threads are joined when the process exits, so that one hung call would hold the whole
program; a daemon thread is simply left behind.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    pass

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function` on a daemon thread and return its result.

    When the awaiting task is cancelled the thread goes on unobserved and its result is dropped.

    Raises:
        Exception: whatever `function` raises.
    """
    import asyncio  # noqa: PLC0415 - loads slowly, and whoever gets here has it

    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def finish(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]  # None only when T allows it
        else:
            future.set_exception(error)

    def run() -> None:
        result: T | None = None
        caught: BaseException | None = None
        try:
            result = function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - handed to the awaiting task, whatever it is
            caught = error
        try:
            loop.call_soon_threadsafe(finish, result, caught)
        except RuntimeError:
            return  # the loop is closed: the program is leaving and nobody waits any more

    threading.Thread(target=run, name=f"snowpixel-{getattr(function, '__name__', 'call')}", daemon=True).start()
    return await future


async def to_the_end(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function` on a daemon thread, and return only when it is through, also where the task is cancelled.

    For what must not be left half done: a file that is being written, a lock that is being taken.

    Raises:
        Exception: whatever `function` raises.
        asyncio.CancelledError: the task was cancelled meanwhile.
    """
    import asyncio  # noqa: PLC0415 - as above

    import anyio  # noqa: PLC0415

    work = asyncio.ensure_future(in_thread(function, *args, **kwargs))
    cancelled: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError as error:  # asyncio's own, which passes a shield
                cancelled = error
    if cancelled:
        work.exception()  # seen: of the two the cancellation is what counts
        raise cancelled
    return work.result()
