"""The private names of the emulator that practice rests on exist in the installed version."""

import os
import subprocess
import sys
from pathlib import Path

from wizard.practice import process

SOURCE = str(Path(process.__file__).resolve().parents[2])


def run(script: str) -> str:
    environment = {**os.environ, "PYTHONPATH": SOURCE, "LOG_LEVEL": "ERROR"}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, timeout=30
    ).stdout.strip()


def test_every_private_name_that_is_used_exists() -> None:
    # In a process of its own: the emulator changes logging and the environment of whoever imports it.
    assert run("from wizard.practice import aws; print(aws.missing_seams())") == "[]"


def test_a_client_of_a_world_does_not_load_the_emulator() -> None:
    script = "import sys; from wizard.practice import control_client, process, worldfile; "
    assert (
        run(script + "print([m for m in ('ministack', 'hypercorn', 'boto3', 'trustme') if m in sys.modules])") == "[]"
    )
