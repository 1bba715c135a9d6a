"""The browser that looks at a page ends with us, also where the process leaves at once."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.credentials.processes import all_end
from tests.support import require

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[3]

LEAVING = """
import os, signal, sys
from pathlib import Path
from wizard.model.leaving import leave
from wizard.snowplow.browserproof.devtools import DevTools
browser = DevTools(sys.argv[1], Path(sys.argv[2]))
browser.call("Browser.getVersion", on_event=lambda _: None)
pid = browser._process.pid
os.killpg(pid, signal.SIGSTOP)
print(pid, flush=True)
leave(0)
"""
"""The browser is stopped first: it could not even end by itself, which would let its pages send what waits."""


def test_a_process_that_leaves_at_once_takes_the_browser_along(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", LEAVING, require("chromium"), str(profile)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert all_end([int(ran.stdout)])
    assert not profile.exists()
