"""Long lines of the plain commands: broken between words in a terminal, whole for a pipe or a file."""

import os
from pathlib import Path

import pytest

from wizard.commands.output.plain_lines import fitting

STEP = (
    "  1. In the IAM console choose `snowpixel policy` and paste https://console.aws.amazon.com/iam/home#/users there."
)


def test_a_terminal_gets_lines_that_break_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    owner, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal:
        lines = fitting(STEP, terminal).splitlines()
        assert fitting("short", terminal) == "short"
    os.close(owner)
    assert len(lines) > 1
    assert " ".join(line.strip() for line in lines) == STEP.strip()
    assert lines[0].startswith("  1. In")
    assert all(line.startswith("     ") and not line.startswith("      ") for line in lines[1:])
    assert all(len(line) <= 40 or "https://" in line for line in lines)


def test_a_file_gets_them_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with (tmp_path / "file").open("w") as file:
        assert fitting(STEP, file) == STEP
