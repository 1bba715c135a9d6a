"""The pages that are made from the code say what the code says."""

from pathlib import Path

import pytest

from tests.docs.made import PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_as_the_code_makes_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path]().decode(), "run `make docs`"
