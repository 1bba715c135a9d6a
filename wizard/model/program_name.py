"""The program's name as this user has to type it."""

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "snowpixel"


def program_name() -> str:
    """Return `snowpixel`, or its path where a shell wouldn't find it, such as after `make practice` in a checkout."""
    started = Path(sys.argv[0])
    if started.name != NAME or shutil.which(NAME) or not started.is_file():
        return NAME
    path = os.fspath(started.absolute())
    below = os.path.relpath(path)
    return shlex.quote(path if below.startswith(os.pardir) else below)
