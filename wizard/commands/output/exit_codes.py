"""Exit codes, and how verdicts and errors become one."""

from collections.abc import Iterable
from enum import IntEnum

from wizard.model.leaving import INTERRUPTED
from wizard.model.results import Status


class ExitCode(IntEnum):
    """What the shell is told."""

    WELL = 0
    WRONG = 1
    """Something is wrong and stays so until someone acts: a failed check, wrong keys, something that is not ours."""
    USAGE = 2
    """A flag, an unknown setup, no terminal, a missing confirmation, an unreadable file."""
    UNFINISHED = 3
    """Waiting for the user, AWS or time; or unseen: network, login expired, another snowpixel at work."""
    INTERRUPTED = INTERRUPTED


_ORDER = (ExitCode.INTERRUPTED, ExitCode.WRONG, ExitCode.USAGE, ExitCode.UNFINISHED, ExitCode.WELL)
_UNSEEN = frozenset({Status.UNKNOWN, Status.WAITING, Status.SKIPPED})


def of_statuses(statuses: Iterable[Status], *, strict: bool = False) -> ExitCode:
    """Return the code for a set of verdicts; a warning counts only where the user is strict."""
    found = set(statuses)
    if Status.FAILED in found or (strict and Status.WARNING in found):
        return ExitCode.WRONG
    return ExitCode.UNFINISHED if found & _UNSEEN else ExitCode.WELL


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that counts when several things were done."""
    found = set(codes)
    return next((code for code in _ORDER if code in found), ExitCode.WELL)


def of_error(error: Exception) -> ExitCode:
    """Return the code for an error that ended a command."""
    from wizard.aws.errors import AwsError, ErrorKind  # noqa: PLC0415 - `--version` and `--help` need none of these
    from wizard.storage.store import LockedError  # noqa: PLC0415

    if isinstance(error, LockedError):
        return ExitCode.UNFINISHED
    if isinstance(error, AwsError):
        return ExitCode.WRONG if error.kind in (ErrorKind.DENIED, ErrorKind.REFUSED) else ExitCode.UNFINISHED
    return ExitCode.USAGE if isinstance(error, _of_usage()) else ExitCode.WRONG


def expected(error: Exception) -> bool:
    """Whether the error's own words are meant for the user; anything else is a mistake of ours."""
    from wizard.aws.errors import AwsError  # noqa: PLC0415
    from wizard.practice.control_client import ControlError  # noqa: PLC0415
    from wizard.practice.process import PracticeError  # noqa: PLC0415

    return isinstance(error, (*_of_usage(), AwsError, ControlError, PracticeError))


def _of_usage() -> tuple[type[Exception], ...]:
    from wizard.model.validators import InvalidChoice  # noqa: PLC0415
    from wizard.snowplow.pixel_image import PixelError  # noqa: PLC0415
    from wizard.snowplow.tracker.tracker_file import TrackerError  # noqa: PLC0415
    from wizard.storage.store import StoreError  # noqa: PLC0415

    return StoreError, InvalidChoice, PixelError, TrackerError
