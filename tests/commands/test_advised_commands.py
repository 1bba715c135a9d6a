"""Every command that any text of the product advises is one that the real command line takes."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from wizard.aws.policy import Purpose
from wizard.cli import COMMANDS, snowpixel
from wizard.knowledge.problems import described, known

ROOT = Path(__file__).resolve().parents[2]

STAND_INS = {
    "OTHER-NAME": "other",
    "NAME": "main",
    "OTHER": "px.example.org",
    "REGION": "eu-central-1",
    "URL": "https://www.example.org/",
    "VERSION": "4.10.1",
    "FILE": "tracker.js",
    "DIR": "folder",
    "PROBLEM": "drift",
    "ID": "0a1b2c3d",
    "HERE": "main",
    "FOUND": "a" * 96,
    "PURPOSE": Purpose.RUNNING.value,
}
"""What stands for a placeholder in a command, and for a value that the code fills in."""

IN_TEXT = re.compile(r"`([^`]+)`")


def filled(command: str) -> list[str]:
    """Return the arguments of an advised command, without the program's name."""
    command = re.sub(r"{(\w+)}", lambda found: found[1].upper(), command)
    words = re.sub("|".join(rf"\b{each}\b" for each in STAND_INS), lambda found: STAND_INS[found[0]], command)
    return shlex.split(words)[1:]


def parse(arguments: list[str]) -> click.Context:
    """Parse arguments as the command line does, and run nothing."""
    group = snowpixel.make_context("snowpixel", list(arguments), resilient_parsing=False)
    name, command, rest = snowpixel.resolve_command(group, [*group._protected_args, *group.args])
    assert command is not None
    return command.make_context(name, rest, parent=group)


def of_problems() -> Iterator[tuple[str, str]]:
    for problem in known():
        told = described(problem)
        for text in (told.meaning, *told.steps):
            yield from ((problem, found) for found in IN_TEXT.findall(text))


def of_code() -> Iterator[tuple[str, str]]:
    """Yield what the code says itself: in the values of problems, on pages, in other files of texts."""
    for folder in ("wizard", "screens"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if id(node) not in documentation:
                    yield from ((path.name, found) for found in IN_TEXT.findall(_text(node)))
    for path in sorted((ROOT / "assets").glob("*.toml")):
        if path.name != "problems.toml":
            yield from ((path.name, found) for found in IN_TEXT.findall(path.read_text(encoding="utf-8")))


def of_pages() -> Iterator[tuple[str, str]]:
    """Yield what README and docs/ tell to type: in a sentence, a table, or a block of commands."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        typed = [line.removeprefix(".venv/bin/").rstrip() for block in blocks for line in block.splitlines()]
        for command in (*typed, *(re.sub(r"\s+", " ", found) for found in IN_TEXT.findall(prose))):
            plain = re.sub(r"\s+(#.*|& *(#.*)?)$", "", command).replace("…", "PURPOSE")
            if plain.startswith("snowpixel "):
                yield path.name, plain


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else _stand_in(part) for part in node.values)
    return ""


def _stand_in(part: ast.expr) -> str:
    """Return what stands for a value in a command: what is called so, or a setup's name."""
    named = ast.unparse(part).strip("{}'\"f").rpartition(".")[2].upper()
    return STAND_INS.get(named, "main")


COMMANDS_ADVISED = sorted({each for each in (*of_problems(), *of_code()) if each[1].startswith("snowpixel ")})
COMMANDS_OF_PAGES = sorted(set(of_pages()))
FLAGS_ADVISED = sorted({each for each in of_problems() if each[1].startswith("--")})


@pytest.mark.parametrize(("where", "command"), COMMANDS_ADVISED)
def test_an_advised_command_is_taken_by_the_command_line(where: str, command: str) -> None:
    arguments = filled(command)
    if arguments[0].startswith("-"):  # options of the program itself
        snowpixel.make_context("snowpixel", arguments, resilient_parsing=True)
        return
    context = parse(arguments)
    assert context.info_name == arguments[0] in COMMANDS, where


@pytest.mark.parametrize(("where", "command"), COMMANDS_OF_PAGES)
def test_a_command_of_a_page_is_taken_by_the_command_line(where: str, command: str) -> None:
    arguments = filled(command)
    if arguments[0].startswith("-"):
        snowpixel.make_context("snowpixel", arguments, resilient_parsing=True)
    elif len(arguments) == 1:  # a command that is spoken of, without what it works on
        assert arguments[0] in COMMANDS, where
    else:
        assert parse(arguments).info_name == arguments[0], where


@pytest.mark.parametrize(("where", "flag"), FLAGS_ADVISED)
def test_an_advised_flag_is_one_of_some_command(where: str, flag: str) -> None:
    name, *values = filled(f"snowpixel {flag}")
    group = click.Context(snowpixel)
    takers = [
        option
        for command in COMMANDS
        for option in getattr(snowpixel.get_command(group, command), "params", ())
        if name in option.opts
    ]
    assert takers, where
    for value in values:
        assert any(option.type.convert(value, option, None) for option in takers)


def test_the_texts_are_really_read() -> None:
    found = {command for _, command in COMMANDS_ADVISED}
    assert {"snowpixel repair NAME", "snowpixel set NAME --domain OTHER", "snowpixel credentials"} <= found
    assert len(found) > 40
    pages = set(COMMANDS_OF_PAGES)
    assert ("README.md", "snowpixel apply main --upgrade") in pages, "in a block of commands"
    assert ("README.md", "snowpixel remove main --delete-logs") in pages, "in a table"
    assert ("first-day.md", "snowpixel credentials --ask") in pages
