"""Writes the pages of docs/ that are made from the code: run with `make docs`."""

from tests.docs.made import PAGES

for path, content in PAGES.items():
    path.write_bytes(content())
