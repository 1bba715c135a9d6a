"""Where an exception came from: causes, type and place; never its text, which may repeat a reply or a secret."""

import traceback
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
"""The folder that `wizard` and `screens` are installed in."""

_OURS = ("wizard", "screens")
_LIBRARIES = "site-packages"


def place(error: BaseException) -> str:
    """Return an exception's type and where it was raised: `KeyError at wizard/engine/walks.py:12 in read`.

    Where a library raised it, the line of ours that called the library is named as well.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    told = f"{type(error).__name__} at {_shown(frames[-1])}"
    ours = next((frame for frame in reversed(frames) if _is_ours(frame)), None)
    return told if ours is None or ours is frames[-1] else f"{told}, called from {_shown(ours)}"


def with_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and all that it came from, however libraries have wrapped it."""
    left, seen = [error], set[int]()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        grouped = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        within = (*one.args, *grouped, one.__cause__, one.__context__, getattr(one, "reason", None))
        left += [each for each in within if isinstance(each, BaseException)]


def _is_ours(frame: traceback.FrameSummary) -> bool:
    path = Path(frame.filename)
    return path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS


def _shown(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    if _is_ours(frame):
        name = path.relative_to(_ROOT).as_posix()
    elif _LIBRARIES in path.parts:
        name = Path(*path.parts[path.parts.index(_LIBRARIES) + 1 :]).as_posix()
    else:
        name = path.name
    return f"{name}:{frame.lineno} in {frame.name}"
