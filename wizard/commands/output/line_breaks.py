"""Breaks lines between words where a terminal would break them anywhere; what is to be copied stays whole."""

import re
import shutil
import textwrap
from typing import TextIO

from wizard.model.program_name import NAME

_HELD = "\N{NO-BREAK SPACE}"
_LEAD = re.compile(r"\s*(?:\d+\.|[-+~]) |\S [^\W\d]+(?: [a-z]+)? {2,}")
"""What a line's own text stands behind: a number, a sign, or a state."""
_IN_TICKS = re.compile(r"`[^`\n]*`")
_COMMAND = re.compile(rf"(?:^|(?<=: )|(?<= {{2}}))\s*(?:\S*/)?{NAME} (?:(?![,.;] ).)+$")
"""A command that stands at the end of a line, after what it is for; a sentence has a comma or another one behind it."""


def fitting(line: str, stream: TextIO) -> str:
    """Break a line between words where a terminal would break it anywhere; for a file or a pipe it stays whole.

    Commands, marked by backticks or at the line's end, are never broken: copied, they would be two.
    """
    width = shutil.get_terminal_size().columns if stream.isatty() else 0
    command = _COMMAND.search(line)
    if (
        len(line) <= width
        or not width
        or (command and command.start() <= width // 2 and len(command.group()) > width // 2)
    ):
        return line  # on a line of its own, a command would stand away from what it is for
    for kept in (_IN_TICKS, _COMMAND):
        line = kept.sub(lambda found: found.group().replace(" ", _HELD), line)
    lead = _LEAD.match(line)
    deeper = " " * (lead.end() if lead else len(line) - len(line.lstrip(" ")))
    broken = textwrap.wrap(
        line, width, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(broken).replace(_HELD, " ")
