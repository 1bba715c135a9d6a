"""The AWS files, written wrong in every way of `spellings`: one answer, with file and line, and never a value."""

import string
from collections.abc import Iterator

import anyio
import pytest

from tests.aws.impostor import Answer, Impostor, impostor
from tests.credentials.conftest import Computer
from tests.credentials.spellings import VALUES, Case, every
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.keys import KeySource
from wizard.aws.timeouts import CallTimeouts
from wizard.credentials.diagnosis import explained
from wizard.knowledge.problems import _catalogue, explain
from wizard.model.results import Problem

UNKNOWN_KEY = b"""<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>
<Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>"""
ONCE = CallTimeouts(connect=5, read=15, attempts=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with impostor() as running:
        running.answer = Answer(UNKNOWN_KEY, 403)
        yield running


def ask(source: KeySource) -> AwsError:
    """Make a signed call as the product does, and return what it came to."""
    client = AwsClient(source, "eu-central-1", ONCE, explain=explained)
    with pytest.raises(AwsError) as caught:
        anyio.run(client, "sts", "get_caller_identity")
    return caught.value


def told(problem: Problem) -> str:
    """Return all that is said of a problem; every value that its texts name must be there."""
    entry = _catalogue()[problem.id]
    texts = [entry["title"], entry["meaning"], *entry["steps"], entry.get("typical", "")]
    fields = {field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field}
    assert fields <= set(problem.values), problem
    about = explain(problem)
    return "\n".join((about.title, about.meaning, *about.steps))


@pytest.mark.parametrize("case", tuple(every()), ids=lambda case: case.name)
def test_a_spoilt_file(case: Case, server: Impostor, computer: Computer) -> None:
    folder = computer.home / ".aws"
    folder.mkdir()
    (folder / case.file).write_bytes(case.data)
    asked = server.asked
    error = ask(KeySource(profile="work", endpoint=server.url))
    assert (error.problem.id, error.kind) == (case.problem, ErrorKind.DENIED)
    said = told(error.problem)
    for word in case.words:
        assert word in said
    assert "PLANTED" not in said + str(error)
    assert VALUES["aws_access_key_id"] not in said
    assert (server.asked == asked) is not case.asked
    rows = computer.find("work").values()
    assert [one.problem for one in rows if one.problem] == [error.problem], "the list says the same, and nothing else"
    assert [one.wins for one in rows if one.problem] == [True]


def test_every_case_is_another_one() -> None:
    names = [case.name for case in every()]
    assert len(set(names)) == len(names)
    assert len(names) > 150
