"""Helpers that several test files use."""

import os
import shutil

import pytest

REQUIRE_ALL = bool(os.environ.get("SNOWPIXEL_REQUIRE_ALL"))
"""Set by the gate: there, nothing may be skipped silently."""


def require(program: str) -> str:
    """Return the path of a system program; without it the test is skipped, or fails where everything is required."""
    path = shutil.which(program)
    if path is None:
        if REQUIRE_ALL:
            pytest.fail(f"{program} is not installed, and SNOWPIXEL_REQUIRE_ALL is set")
        pytest.skip(f"needs the program {program}")
    return path
