"""Shipped texts keep out words that are never right, and sentences that are too long to read aloud."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from wizard.knowledge.problems import known

ROOT = Path(__file__).resolve().parents[2]

LONGEST = 25
"""Words of the longest sentence in problems and questions."""

NEVER = (
    "set-up",
    "is over",
    "mend",
    "put right",
    "look again",
    "look now",
    "see-through",
    "left-over",
    "itself went wrong",
    "passes by itself",
    "behind its back",
    "behind our back",
    "used by themselves",
    "the way of",
    "may not do",
    "all that would be",
    "six digits",
    "not to be seen",
    "goes on where",
    "take it down",
    "taken down",
    "Name here",
)
"""Phrases that no shipped text has. A native reader stumbles over each."""

KEPT = ("snowpixel: values of the set-up ", "snowpixel report on the set-up ")
"""First lines by which files of earlier versions are recognized."""

MEASURED = "matrices.md"
"""The page with the figures of a run, which only a run writes; its words are those of `tests/matrices`."""


@cache
def shipped() -> dict[str, str]:
    """Return every shipped text by where it stands: assets, pages, and strings of the code."""
    assets = [path for path in (ROOT / "assets").rglob("*") if path.suffix not in {".gif", ".png", ".pyc"}]
    pages = [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").glob("*.md") if path.name != MEASURED)]
    texts = {_name(path): path.read_text(encoding="utf-8") for path in (*assets, *pages) if path.is_file()}
    code = [path for room in ("wizard", "screens", "tests/matrices") for path in (ROOT / room).rglob("*.py")]
    texts |= {_name(path): "\n".join(_strings(path)) for path in code}
    return {where: _without_names(text) for where, text in texts.items()}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _without_names(text: str) -> str:
    """Take out what is no text: ids of problems, and first lines that are kept."""
    return _names().sub("", text)


@cache
def _names() -> re.Pattern[str]:
    ids = [name for name in known() if any(hits(phrase, name.replace("-", " ")) or phrase in name for phrase in NEVER)]
    return re.compile("|".join(map(re.escape, [*ids, *KEPT])))


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def hits(phrase: str, text: str) -> list[str]:
    """Return where a text has a phrase, in whatever case or form."""
    if phrase.split(maxsplit=1)[0].casefold() not in text.casefold():
        return []  # searching is slow
    words = r"\s+".join(map(re.escape, phrase.split()))
    found = re.finditer(rf"(?<!\w){words}(?:s|ed|ing)?(?!\w)", text, re.IGNORECASE)
    return [text[max(0, one.start() - 30) : one.end() + 30] for one in found]


@pytest.mark.parametrize("phrase", NEVER)
def test_no_shipped_text_has_a_phrase_that_is_never_right(phrase: str) -> None:
    found = {where: hits(phrase, text) for where, text in shipped().items()}
    assert {where: each for where, each in found.items() if each} == {}


def test_every_kind_of_text_is_read() -> None:
    for where in ("README.md", "CHANGELOG.md", "docs/problems.md", "assets/problems.toml", "assets/snippets/gtm.txt"):
        assert where in shipped()
    assert "Print the smallest IAM policy that works." in shipped()["wizard/cli.py"]
    assert "Review what snowpixel will create." in shipped()["screens/pages/plan.py"]


@pytest.mark.parametrize("text", ["Set-ups", "the set-up's", "It is\n    over.", "mended", "taken down"])
def test_a_phrase_is_found_in_every_form(text: str) -> None:
    assert any(hits(phrase, text) for phrase in NEVER)


@pytest.mark.parametrize("text", ["recommended", "is overwritten", "set-up-in-account", "amends", "look nowhere"])
def test_other_words_are_left_alone(text: str) -> None:
    assert not any(hits(phrase, _without_names(text)) for phrase in NEVER)


def sentences(text: str) -> list[str]:
    """Cut a text into sentences; code, a quotation, and an address count as one word each."""
    plain = re.sub(r"`[^`]*`|\"[^\"]*\"|https?://\S+", "X", text)
    return re.split(r"(?<=[.!?])\)?\s+", plain)


def _texts(entry: Any) -> Iterator[str]:
    """Yield the texts of a problem or a question that have sentences."""
    for name in ("title", "meaning", "why", "label"):
        if name in entry:
            yield entry[name].strip()
    yield from entry.get("steps", ())


@pytest.mark.parametrize("file", ["problems.toml", "questions.toml"])
def test_no_sentence_is_too_long_to_read_aloud(file: str) -> None:
    entries = tomllib.loads((ROOT / "assets" / file).read_text(encoding="utf-8"))
    said = [(name, one) for name, entry in entries.items() for text in _texts(entry) for one in sentences(text)]
    assert said
    assert [(name, one) for name, one in said if len(one.split()) > LONGEST] == []


def _every(told: Any) -> Iterator[str]:
    """Yield every text of a file of guides."""
    if isinstance(told, str):
        yield told
    else:
        yield from (text for one in (told.values() if isinstance(told, dict) else told) for text in _every(one))


@pytest.mark.parametrize("file", ["credentials.toml", "sites.toml"])
def test_no_sentence_of_a_guide_is_too_long_to_read_aloud(file: str) -> None:
    told = [*_every(tomllib.loads((ROOT / "assets" / file).read_text(encoding="utf-8")))]
    assert len(told) > LONGEST
    assert [one for text in told for one in sentences(text) if len(one.split()) > LONGEST] == []


def test_a_sentence_of_many_words_counts_as_long() -> None:
    long = " ".join(["word"] * (LONGEST + 1))
    assert [len(one.split()) for one in sentences(f"Run `snowpixel check main` (now). {long}.")] == [3, LONGEST + 1]


def _lost(path: Path) -> Iterator[int]:
    """Yield the lines of strings that stand as statements of their own, after a text that goes on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        body = getattr(node, "body", None)
        for one, after in pairwise(body) if isinstance(body, list) else ():
            text = _last_text(getattr(one, "value", None))
            alone = isinstance(after, ast.Expr) and _last_text(after.value)
            if " " in text.strip() and text.endswith(" ") and alone and after.lineno == one.end_lineno + 1:
                yield after.lineno


def _last_text(value: ast.expr | None) -> str:
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[*_, ast.Constant(value=str(text))]):
            return text
        case ast.IfExp(body=one, orelse=other):
            return max(_last_text(one), _last_text(other), key=lambda text: text.endswith(" "))
    return ""


def test_no_sentence_is_cut_off_where_a_line_of_code_ends(tmp_path: Path) -> None:
    cut = tmp_path / "cut.py"
    cut.write_text('class Page:\n    purpose = "One half and "\n    f"the other."\n', encoding="utf-8")
    assert list(_lost(cut)) == [3]
    code = [path for room in ("wizard", "screens") for path in (ROOT / room).rglob("*.py")]
    assert [f"{_name(path)}:{line}" for path in code for line in _lost(path)] == []
