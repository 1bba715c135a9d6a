"""Long lines of the plain commands: broken between words in a terminal, whole for a pipe or a file."""

import os
from pathlib import Path

import pytest

from wizard.commands.output.line_breaks import fitting

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


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        (
            "Fix it with what follows here, which is long: `snowpixel check main --profile x`, then look at it.",
            "`snowpixel check main --profile x`",
        ),
        (
            "   - Type this when you are ready for it: /a/b/snowpixel apply main --yes",
            "/a/b/snowpixel apply main --yes",
        ),
        (
            "Look around:   .venv/bin/snowpixel --practice /home/someone/practice list",
            ".venv/bin/snowpixel --practice /home/someone/practice list",
        ),
        (
            "    here:  snowpixel practice dns world add _abc.example.test CNAME _def.test",
            "snowpixel practice dns world add _abc.example.test CNAME _def.test",
        ),
    ],
)
def test_what_is_to_be_copied_is_never_broken(monkeypatch: pytest.MonkeyPatch, line: str, whole: str) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    owner, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal:
        broken = fitting(line, terminal)
    os.close(owner)
    assert whole in broken
    assert " ".join(broken.split()) == " ".join(line.split())


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("  + Set on the content bucket: Access control lists are turned off", 4),
        ("   - Ask your DNS provider why its name servers don't agree, and wait", 5),
        ("2. The certificate has been waiting for its record for many hours now", 3),
        ("✓ OK       A row of the checklist whose summary is longer than it", 11),
        ("Nothing is lost: snowpixel has saved what it created, and goes on", 0),
        ("→ for you  At your DNS provider, add this record, which proves it", 11),
        ("Nothing was changed, and nothing costs anything before you say yes", 0),
    ],
)
def test_what_is_broken_hangs_under_its_own_beginning(monkeypatch: pytest.MonkeyPatch, line: str, column: int) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    owner, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal:
        first, *rest = fitting(line, terminal).splitlines()
    os.close(owner)
    assert rest
    assert all(len(each) - len(each.lstrip()) == column for each in rest), [first, *rest]
