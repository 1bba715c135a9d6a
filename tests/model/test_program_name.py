"""The program is called as this user's shell finds it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
from wizard.model.program_name import program_name
print(program_name())
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program in the folder of an environment, as in a checkout."""
    file = tmp_path / "my checkout" / ".venv" / "bin" / "snowpixel"
    file.parent.mkdir(parents=True)
    file.write_text(PROGRAM)
    file.chmod(0o755)
    return file


def name_of(program: Path, typed: str, folder: Path, path: str = "/usr/bin:/bin") -> str:
    environment = {"PATH": path}
    ran = subprocess.run([typed], executable=program, cwd=folder, env=environment, stdout=-1, text=True, check=True)
    return ran.stdout.strip()


def test_beside_it_its_path_from_there_is_typed(program: Path) -> None:
    folder = program.parents[2]
    assert name_of(program, ".venv/bin/snowpixel", folder) == ".venv/bin/snowpixel"


def test_from_elsewhere_its_whole_path_is_typed_and_quoted(program: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert name_of(program, str(program), elsewhere) == f"'{program}'"


def test_one_that_the_shell_finds_is_called_by_its_name(program: Path) -> None:
    folder = program.parents[2]
    assert name_of(program, str(program), folder, f"{program.parent}:/usr/bin:/bin") == "snowpixel"


def test_another_program_is_not_named(program: Path) -> None:
    other = Path(shutil.copy(program, program.with_name("tests-of-it")))
    assert name_of(other, str(other), program.parent) == "snowpixel"
