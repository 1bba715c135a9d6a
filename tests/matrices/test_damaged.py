"""A damaged state file stops every job before AWS is asked anything, and the copy before it brings the set-up back."""

import os
from collections.abc import Callable

import pytest

from tests.matrices.bench import Bench
from tests.matrices.victim import NAME
from wizard.exits import ExitCode, of_error
from wizard.results import Job
from wizard.store import StoreError

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda data: data[: len(data) // 2],
    "garbage": lambda data: os.urandom(len(data)),
}


@pytest.mark.parametrize("job", Job)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_with_a_way_out(bench: Bench, damage: str, job: Job) -> None:
    bench.green()
    path = bench.product.service.store.path(NAME)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    bench.product.clear()
    with pytest.raises(StoreError, match="Put it back, then try again: cp ") as refused:
        bench.run(job)
    assert of_error(refused.value) is ExitCode.USAGE
    assert bench.control.calls() == []
    path.write_bytes(path.with_suffix(".previous").read_bytes())
    assert bench.finished(bench.run(Job.APPLY)) == []
