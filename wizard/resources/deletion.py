"""Tells a refused delete of something already gone from a failed one.

The client tries again by itself: a delete whose first reply was lost is made again and finds nothing any more. Where
the permission to delete hangs on a tag, AWS then says "denied", for what is gone has no tags.
"""

from collections.abc import Awaitable, Callable

from wizard.aws.errors import MISSING, AwsError, ErrorKind


async def gone_already(error: AwsError, look: Callable[[], Awaitable[bool]]) -> bool:
    """Whether a delete was refused only because there is nothing left to delete.

    Args:
        error: the refusal.
        look: looks whether it is gone; asked only where the refusal does not say so itself.

    Raises:
        wizard.aws.errors.AwsError: it could not be looked at.
    """
    return error.code in MISSING or (error.kind is ErrorKind.DENIED and await look())


async def missing(read: Callable[[], Awaitable[object]]) -> bool:
    """Whether AWS knows nothing of what is read.

    Raises:
        wizard.aws.errors.AwsError: AWS refused for another reason.
    """
    try:
        await read()
    except AwsError as error:
        if error.code in MISSING:
            return True
        raise
    return False
