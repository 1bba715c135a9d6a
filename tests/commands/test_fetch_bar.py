"""How far a long fetch is: a bar at a terminal, a line now and then elsewhere, and nothing where it is quick."""

import io
import sys

import pytest

from wizard.commands.output.fetch_bar import FetchBar
from wizard.snowplow.events.reader import FetchProgress

HALF = FetchProgress(files=2201, size=40_000_000, files_done=1100, size_done=20_000_000)
DONE = FetchProgress(files=2201, size=40_000_000, files_done=2201, size_done=40_000_000)
TOLD = "1,100 of 2,201 log files, 2.0 MB/s, about 10 s left"
BAR = "█" * 12 + " " * 13


class Screen(io.TextIOWrapper):
    """A stream that may be a terminal."""

    def __init__(self, *, terminal: bool, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.seek(0)
        return self.read()


@pytest.mark.parametrize(
    ("streams", "drawn", "notes"),
    [
        ((True, "xterm", "utf-8"), f"\r\x1b[K{BAR}{TOLD}\r\x1b[K", []),
        ((True, "xterm", "ascii"), f"\r\x1b[K{TOLD}\r\x1b[K", []),
        ((True, "dumb", "utf-8"), "", [TOLD]),
        ((False, "xterm", "utf-8"), "", [TOLD]),
    ],
)
def test_a_long_fetch(
    monkeypatch: pytest.MonkeyPatch, streams: tuple[bool, str, str], drawn: str, notes: list[str]
) -> None:
    terminal, term, encoding = streams
    screen, said = Screen(terminal=terminal, encoding=encoding), list[str]()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "80")
    times = iter([0.0, 10.0, 12.0])
    with FetchBar(said.append, lambda: next(times)) as bar:
        bar.show(HALF)
        bar.show(DONE)
    assert screen.text() == drawn
    assert said == notes


@pytest.mark.parametrize("terminal", [True, False])
def test_a_quick_fetch_says_nothing(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    screen, said = Screen(terminal=terminal, encoding="utf-8"), list[str]()
    monkeypatch.setattr(sys, "stderr", screen)
    with FetchBar(said.append, lambda: 0.5) as bar:
        bar.show(HALF)
        bar.show(DONE)
    assert (screen.text(), said) == ("", [])
