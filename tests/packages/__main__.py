"""`python -m tests.packages`: what `make bounds` and `make constraints` ask for.

`oldest EXTRA ...` prints the lower bounds of pyproject.toml as pip's constraints; `constraints FILE` writes down what
is installed where it runs.
"""

import subprocess
import sys
from pathlib import Path

from tests.packages.pins import constraints, oldest, project


def write(path: Path) -> None:
    """Write down what is installed here.

    Raises:
        SystemExit: this Python installs fewer packages than the oldest one that is supported.
    """
    told = project()["project"]
    wanted, running = told["requires-python"].removeprefix(">="), "{}.{}".format(*sys.version_info)
    if running != wanted:
        sys.exit(
            f"This is Python {running}, which needs fewer packages than {wanted}, the oldest that is supported. "
            f"Name that one: make constraints PYTHON=python{wanted}"
        )
    command = [sys.executable, "-m", "pip", "freeze", "--exclude-editable"]
    freeze = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    path.write_text(constraints(freeze, told["name"]), encoding="utf-8")


match sys.argv[1:]:
    case ["oldest", *extras]:
        sys.stdout.write(oldest(project(), extras))
    case ["constraints", path]:
        write(Path(path))
    case _:
        sys.exit(__doc__)
