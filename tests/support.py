"""Helpers that several test files use."""

import os
import shutil
from typing import NoReturn

import pytest

REQUIRE_ALL = bool(os.environ.get("SNOWPIXEL_REQUIRE_ALL"))
"""Set by the gate: there, nothing may be skipped silently."""


def require(program: str) -> str:
    """Return the path of a system program; without it the test is skipped, or fails where everything is required."""
    return shutil.which(program) or lacking(f"the program {program}")


def lacking(what: str) -> NoReturn:
    """Skip the test for something that this machine lacks, or fail it where everything is required."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} is missing, and SNOWPIXEL_REQUIRE_ALL is set")
    pytest.skip(f"needs {what}")
