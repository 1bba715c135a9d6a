"""Where files cannot be locked, nothing is begun: a marker file would outlive a killed process and block for good."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import require
from wizard.model.setup import SetupChoices
from wizard.storage.store import Store, StoreError

ROOT = Path(__file__).resolve().parents[2]
SHIM = """
#include <errno.h>
int flock(int fd, int operation) { (void)fd; (void)operation; errno = %s; return -1; }
"""
CHILD = """
import sys
from pathlib import Path
from wizard.commands.output.exit_codes import of_error
from wizard.storage.store import Store, StoreError
try:
    with Store(Path(sys.argv[1])).writing("main", "test"):
        print("held")
except StoreError as error:
    print(error)
    sys.exit(int(of_error(error)))
"""


@pytest.mark.parametrize("error", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_is_named(tmp_path: Path, error: str) -> None:
    shim = tmp_path / "shim.so"
    (tmp_path / "shim.c").write_text(SHIM % error)
    subprocess.run([require("cc"), "-shared", "-fPIC", "-o", shim, tmp_path / "shim.c"], check=True)
    store = Store(tmp_path / "home")
    store.create("main", SetupChoices())
    before = store.path("main").read_bytes()
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, str(store.home)],
        env={"LD_PRELOAD": str(shim), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "held" not in ran.stdout
    assert "can't lock files" in ran.stdout
    assert "--home" in ran.stdout
    assert store.path("main").read_bytes() == before
    with store.writing("main", "later"):
        pass


def test_a_lock_that_is_a_folder_is_an_error_and_no_wait(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    store.create("main", SetupChoices())
    store.path("main").with_suffix(".lock").mkdir()
    with pytest.raises(StoreError, match="Can't save the setup"), store.writing("main", "test"):
        pass
