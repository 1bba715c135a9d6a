"""Blocking libraries (boto3, keyring, urllib3) run on daemon threads of our own.

asyncio's and anyio's worker threads are joined when the process exits, so that one hung call would hold the whole
program; a daemon thread is simply left behind.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function` on a daemon thread and return its result.

    When the awaiting task is cancelled the thread goes on unobserved and its result is dropped.

    Raises:
        Exception: whatever `function` raises.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
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
            loop.call_soon_threadsafe(settle, result, caught)
        except RuntimeError:
            return  # the loop is closed: the program is leaving and nobody waits any more

    threading.Thread(target=run, name=f"snowpixel-{getattr(function, '__name__', 'call')}", daemon=True).start()
    return await future
