"""The live trial, run as a person runs it, against the practice AWS: it asks, finds out, and leaves nothing behind."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import pytest

from tests import modelcheck
from tests.aws.impostor import Impostor, impostor
from tests.aws.limited import user_with
from tests.aws.playback import answer, client
from tests.aws.synthetic import parameters
from tests.inventory import Account
from tests.live_trial.plan import QUESTIONS, STEPS, StepId
from tests.recorded import Recording, names, recording
from tests.resources.test_recorded_reads import DIST, context
from tests.trackers import V4
from tests.waiting import until
from wizard.aws.errors import AwsError
from wizard.aws.policy import policy
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.resources.distribution.distribution import Distribution

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "e.example.test"

Typed = Mapping[StepId, tuple[str, ...]]
WHOLE: dict[StepId, tuple[str, ...]] = {step.id: ("y",) for step in STEPS} | {
    StepId.SIGN_IN: ("y", "n"),
    StepId.DOMAIN: ("y", DOMAIN, "y", "record-missing, with the name to compare", "y", "n"),
    StepId.OUTSIDE: ("y", str(V4), "", "n"),
}
"""What is typed at each step, where everything is wanted."""

SKIPPED = {step.id: ("s",) if step.optional else WHOLE[step.id] for step in STEPS}
"""The same where nothing is wanted that can be left out."""


@dataclass
class Person:
    """Somebody who runs the trial in a practice world."""

    folder: Path
    world: WorldFile

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "HOME": str(self.folder),
            "AWS_EC2_METADATA_DISABLED": "true",
            modelcheck.FILE: os.environ[modelcheck.FILE],
        }

    @property
    def command(self) -> list[str]:
        practice = str(Path(self.world.ca_file).parent)
        given = ["--practice", practice, "--into", str(self.folder), "--tracker", str(V4)]
        return [sys.executable, "-m", "tests.live_trial", *given]

    def run(self, *typed: str, **variables: str) -> "Ran":
        """Run it to the end, with these lines typed."""
        ran = subprocess.run(
            self.command, input="".join(f"{line}\n" for line in typed), capture_output=True, text=True, check=False,
            cwd=ROOT, env=self.environment | variables, timeout=280,
        )  # fmt: skip
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def start(self) -> subprocess.Popen[str]:
        """Start it, and leave it running."""
        return subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=ROOT, env=self.environment, start_new_session=True,
        )  # fmt: skip

    def obey(self, out: str) -> None:
        """Run the command that the trial named, as it stands there."""
        line = next(each for each in out.splitlines() if each.startswith("Remove it with: "))
        program, *words = shlex.split(line.removeprefix("Remove it with: "))
        assert program == "snowpixel"
        removed = subprocess.run(
            [sys.executable, "-m", "wizard", *words, "--yes"], capture_output=True, text=True, check=False, cwd=ROOT,
            env=self.environment, timeout=120,
        )  # fmt: skip
        assert removed.returncode == 0, removed.stdout + removed.stderr

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield name and content of everything that the trial wrote for others."""
        for path in (self.folder / "answers.md", *sorted((self.folder / "replies").iterdir())):
            yield path.name, path.read_text(encoding="utf-8")

    def answers(self) -> dict[str, tuple[str, str]]:
        """Return point to verdict and what was seen."""
        text = (self.folder / "answers.md").read_text(encoding="utf-8")
        cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith("|")]
        return {row[1]: (row[3], row[4]) for row in cells if row[1] in QUESTIONS}


@dataclass(frozen=True)
class Ran:
    """How it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def person(world: WorldFile, tmp_path: Path) -> Person:
    return Person(tmp_path / "trial", world)


def empty(world: WorldFile, control: Control) -> bool:
    """Whether neither the account nor the domain's zone has anything of a setup."""
    records = [one for one in control.records() if DOMAIN in one["name"]]
    left = [one for one in records if "acm-validations" not in one["value"]]  # its removal is the person's choice
    return not any(Account(world).inventory().values()) and not left


def lines(typed: Typed, *, until_step: int = len(STEPS)) -> list[str]:
    return [line for step in STEPS[:until_step] for line in typed[step.id]]


def test_all_twelve_steps(person: Person, world: WorldFile, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = person.run(*lines(WHOLE))
    assert ran.code == 0, ran.out + ran.err
    for number, step in enumerate(STEPS, 1):
        assert f"Step {number} of 12: {step.title}" in ran.out
    assert "Nothing of the trial is left in your AWS account." in ran.out
    assert empty(world, control)
    assert list((person.folder / "home" / "setups").iterdir()) == []
    found = person.answers()
    assert set(found) == set(QUESTIONS)
    assert [point for point, (_, seen) in found.items() if "come to its end" in seen or "skipped" in seen] == []
    assert found["How version 2 of the access logs escapes the query string"][0] == "as believed"
    assert found["A record saved under a mistyped name"] == ("as believed", "record-missing, with the name to compare")
    nothing_is_known_of(person, world, ran.out)
    monkeypatch.setenv(modelcheck.FILE, os.devnull)  # from here on the requests are made up
    every_reply_can_be_read(person.folder / "replies")


def nothing_is_known_of(person: Person, world: WorldFile, out: str) -> None:
    """No id that showed on the way is in what was written."""
    ids = {
        world.account_id, world.access_key_id, world.secret_access_key, world.token, world.zone, DOMAIN,
        *re.findall(r"snowpixel-([0-9a-f]{8})-", out),
        *re.findall(r"\b(d[a-z0-9]{12,14})\.cloudfront\.net", out),
        *re.findall(r"Distribution (E[A-Z0-9]+)", out),
        *re.findall(r"_[0-9a-f]{32}", out),
    }  # fmt: skip
    assert len(ids) >= 9, ids
    for name, text in person.written():
        for one in ids:
            assert one.lower() not in text.lower(), name


def every_reply_can_be_read(folder: Path) -> None:
    """What was written is a recording like those of the tests, and some stand for the very same setup."""
    found = list(names(folder))
    assert len({recording(name, folder).operation for name in found}) > 40
    with impostor() as server:
        for name in found:
            assert refused(server, recording(name, folder)) is (recording(name, folder).status >= 300), name
        of_distribution = [name for name in found if name.startswith(f"{DIST}trial-0")]
        assert any(fine(server, name, folder) for name in of_distribution)


def refused(server: Impostor, one: Recording) -> bool:
    """Whether the real client reads a reply as a refusal of AWS's."""
    server.answer = answer(one)
    try:
        anyio.run(partial(client(server), one.service, one.operation, **parameters(one.service, one.operation)))
    except AwsError as error:
        return error.answered
    return False


def fine(server: Impostor, name: str, folder: Path) -> bool:
    """Whether the resource takes a written reply for that of its own setup, as wanted."""
    tags = next(each for each in names(folder) if each.startswith("cloudfront.list_tags_for_resource."))
    replies = {"get_distribution": name, "list_tags_for_resource": tags}
    around = context(server, replies, name="trial", folder=folder)
    return anyio.run(Distribution(around).read).settled


@pytest.mark.parametrize("number", [1, 2, 4, 6, 8])
def test_a_step_that_is_declined_ends_in_removal(
    person: Person, world: WorldFile, control: Control, number: int
) -> None:
    ran = person.run(*lines(SKIPPED, until_step=number - 1), "n")
    assert ran.code == 0, ran.out + ran.err
    assert "Nothing of the trial is left in your AWS account." in ran.out
    assert f"Step {number} of 12" in ran.out
    assert f"Step {number + 1} of 12" not in ran.out
    assert empty(world, control)
    assert not any((person.folder / "home" / "setups").glob("trial.json"))
    assert len(person.answers()) == len(QUESTIONS)


def test_what_is_left_out_stays_open(person: Person, world: WorldFile, control: Control) -> None:
    ran = person.run(*lines(SKIPPED))
    assert ran.code == 0, ran.out + ran.err
    assert empty(world, control)
    skipped = {point for point, question in QUESTIONS.items() if SKIPPED[question.step] == ("s",)}
    found = person.answers()
    assert {point for point, (_, seen) in found.items() if "was skipped" in seen} == skipped
    assert all(found[point][0] == "not answered" for point in skipped)


def named_all(out: str, world: WorldFile) -> None:
    """Everything that the account lists stands in what is said to be left."""
    said = out[out.rindex("Still in your AWS account:") :]
    for kind, found in Account(world).inventory().items():
        for one in found:
            assert one in said, kind


def test_a_removal_that_is_declined_says_what_is_left(person: Person, world: WorldFile, control: Control) -> None:
    ran = person.run(*lines(SKIPPED, until_step=11), "n")
    assert ran.code == 3, ran.out + ran.err
    named_all(ran.out, world)
    person.obey(ran.out)
    assert empty(world, control)


def test_the_end_of_the_input_says_what_is_left(person: Person, world: WorldFile, control: Control) -> None:
    ran = person.run(*lines(SKIPPED, until_step=3))
    assert ran.code == 3, ran.out + ran.err
    named_all(ran.out, world)
    again = person.run(*lines(SKIPPED))
    assert "An earlier trial was interrupted: it is continued." in again.out
    assert again.code == 0, again.out + again.err
    assert empty(world, control)
    assert {each.name for each in person.folder.glob("*-2*")} == {"replies-2", "answers-2.md"}


def test_a_failure_says_what_is_left_and_offers_to_remove_it(
    person: Person, world: WorldFile, control: Control
) -> None:
    control.fail("cloudfront", "CreateDistributionWithTags", "TooManyDistributions", times=99)
    ran = person.run(*lines(SKIPPED, until_step=3), "y")
    control.clear_faults()
    assert ran.code == 1, ran.out + ran.err
    assert "Step 3 did not come to its end" in ran.out
    assert "Still in your AWS account:\n  bucket: snowpixel-" in ran.out
    assert "Nothing of the trial is left in your AWS account." in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert empty(world, control)


@pytest.mark.parametrize("where", ["at a question", "in a call"])
def test_ctrl_c_says_what_is_left(person: Person, world: WorldFile, control: Control, where: str) -> None:
    if where == "in a call":
        control.stall("logs", "PutDeliverySource", 60)
    typed = lines(SKIPPED, until_step=3)
    running = person.start()
    assert running.stdin is not None
    running.stdin.write("".join(f"{line}\n" for line in typed))
    running.stdin.flush()
    said = ""
    if where == "in a call":
        until(lambda: control.stalled() == 1)
    else:
        assert running.stdout is not None
        while "Step 4 of 12" not in said:
            line = running.stdout.readline()
            assert line, said
            said += line
    running.send_signal(signal.SIGINT)
    more, _ = running.communicate(timeout=60)
    control.clear_faults()
    said += more
    assert running.returncode == 130, said
    assert "Traceback" not in said
    named_all(said, world)
    person.obey(said)
    assert empty(world, control)


def test_the_printed_policy_is_enough(person: Person, world: WorldFile, control: Control) -> None:
    keys = user_with(world, policy(None))
    given = {"AWS_ACCESS_KEY_ID": keys.access_key_id, "AWS_SECRET_ACCESS_KEY": keys.secret_access_key.reveal()}
    typed = SKIPPED | {StepId.SIGN_IN: ("y", "y"), StepId.REPAIR: ("y",), StepId.REPAIR_LOGS: ("y",)}
    ran = person.run(*lines(typed), **given)
    assert ran.code == 0, ran.out + ran.err
    verdict, seen = person.answers()["The exact permissions"]
    assert verdict == "as believed"
    assert re.fullmatch(r"Refused: nothing(; at first alone: logs:\w+)?\.", seen)
    assert not any("iam:" in action for one in policy(None)["Statement"] for action in one["Action"])
    assert given["AWS_SECRET_ACCESS_KEY"] not in ran.out + ran.err
    assert empty(world, control)
