"""Titles and reasons of the stages, from `assets/stages.toml`."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def stage_texts() -> dict[str, dict[str, str]]:
    """Return each stage's `title` and `why` by its id, in the order a user sees them."""
    return tomllib.loads(files("assets").joinpath("stages.toml").read_text(encoding="utf-8"))
