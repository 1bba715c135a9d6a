"""What outlived a long pass of the garbage collector is not looked at again; in a process of its own each time."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import gc
from screens import gc_pauses
gc_pauses.LONGEST = float("{longest}")
gc.disable()
gc_pauses.keep_gc_short()
loaded = gc.get_freeze_count()
kept = [[number] for number in range(1000)]
gc.collect(generation={generation})
print(loaded > 0, gc.get_freeze_count() - loaded >= len(kept))
"""


@pytest.mark.parametrize(
    ("longest", "generation", "aside"),
    [("0", 2, True), ("inf", 2, False), ("0", 1, False)],
    ids=["a long pass", "a short pass", "no full pass"],
)
def test_what_outlives_a_long_pass_is_set_aside(longest: str, generation: int, aside: bool) -> None:
    script = SCRIPT.format(longest=longest, generation=generation)
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", str(aside)]
