"""The plain wizard while work goes on: questions when they come up, repair from its menu, JavaScript of one's own."""

import time

import pytest

from tests.commands.conftest import PATIENCE, Cli, Ran
from tests.commands.terminal import Terminal, opened
from tests.commands.test_cli_in_practice import client
from tests.trackers import V4
from tests.waiting import until
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


@pytest.fixture
def covered(cli: Cli, world: WorldFile, control: Control) -> str:
    """The ARN of a certificate that covers the domain, so that a walk has a question; a setup waits for its walk."""
    acm = client(world, "acm")
    arn: str = acm.request_certificate(DomainName="*.example.test", ValidationMethod="DNS")["CertificateArn"]
    record = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"][0]["ResourceRecord"]
    control.add_record(record["Name"], record["Type"], record["Value"])
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    assert cli("new", "main", "--domain", "e.example.test").code == 0
    return arn


QUESTION = "Your account already has a certificate"


def test_a_question_is_put_when_it_comes_up_while_everything_else_goes_on(
    cli: Cli, covered: str, terminals: list[Terminal]
) -> None:
    at = opened(terminals, cli, "--plain")
    at.answer("Which one, or new [main]: ", "")
    at.answer("What [continue]: ", "")
    at.answer("another AWS profile [yes]: ", "")
    at.answer("Create everything? yes or no [no]: ", "yes")
    before = at.until(QUESTION)
    assert "Answer with --certificate" not in before, "who is asked needs no flag"
    at.until("Answer [new]: ")
    until(lambda: cli.saved("main")["made"]["distribution"], "the distribution is made while the question is open")
    at.press(f"{covered}\n".encode())
    walked = at.until("Now everything is checked once more")
    assert "Answer [" not in walked, "it is asked once"
    assert at.end() == 0, at.said
    assert cli.saved("main")["made"]["certificate"] == covered


def test_quit_at_a_question_leaves_and_loses_nothing(cli: Cli, covered: str, terminals: list[Terminal]) -> None:
    at = opened(terminals, cli, "--plain")
    for question, line in (("new [main]: ", ""), ("What [continue]: ", ""), ("profile [yes]: ", ""), ("[no]: ", "yes")):
        at.answer(question, line)
    at.answer("Answer [new]: ", "nonsense")
    at.until("Please answer one of: new,")
    at.answer("Answer [new]: ", "quit")
    assert at.end() == 0, at.said
    assert "Nothing is lost. Continue with: snowpixel --plain" in at.said
    assert "Traceback" not in at.said
    assert cli.saved("main")["made"]["certificate"] != covered


def test_where_the_input_ends_at_a_question_the_rest_is_made_and_it_stays_open(cli: Cli, covered: str) -> None:
    ran = cli("--plain", stdin="main\ncontinue\n\nyes\n")
    assert ran.code == 3, ran.out + ran.err
    assert QUESTION in ran.out
    assert "The input ended before the last answer" in ran.err
    made = cli.saved("main")["made"]
    assert made["distribution"]
    assert made["delivery"]
    assert made["certificate"] is None
    assert covered in ran.out


def test_ctrl_c_at_a_question_leaves_at_once(cli: Cli, covered: str, terminals: list[Terminal]) -> None:
    del covered
    at = opened(terminals, cli, "--plain")
    for question, line in (("new [main]: ", ""), ("What [continue]: ", ""), ("profile [yes]: ", ""), ("[no]: ", "yes")):
        at.answer(question, line)
    at.until("Answer [new]: ")
    at.press(b"\x03")
    assert at.end() == 130, at.said
    assert "Nothing is lost" in at.said


def seen(made: Cli, stdin: str) -> Ran:
    """Run the plain wizard until its checks were all answered: on a busy computer some are not, and it says so."""
    end = time.monotonic() + PATIENCE
    while "no response within" in (ran := made("--plain", stdin=stdin)).out:
        assert time.monotonic() < end, ran.out
    return ran


@pytest.mark.timeout(400)
def test_repair_shows_what_it_would_do_and_does_it_only_after_a_yes(made: Cli, world: WorldFile) -> None:
    well = seen(made, "main\nrepair\n\n")
    assert well.code == 0, well.out + well.err
    assert "There is nothing that snowpixel can repair on its own." in well.out
    bucket = made.saved("main")["made"]["content_bucket"]
    s3 = client(world, "s3")
    s3.delete_object(Bucket=bucket, Key="ice.png")
    kept = seen(made, "main\nrepair\n\nno\n")
    assert kept.code == 1, kept.out + kept.err
    assert "snowpixel would fix this:" in kept.out
    assert "Nothing was changed." in kept.out
    assert "ice.png" not in {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    done = seen(made, "main\nrepair\n\nyes\n")
    assert done.code == 0, done.out + done.err
    assert "ice.png" in {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}


def test_pixel_and_javascript_from_the_bucket_in_a_terminal(cli: Cli, terminals: list[Terminal]) -> None:
    at = opened(terminals, cli, "--plain")
    at.answer("What for [pixel,js-bucket]: ", "pixel,moon")
    at.answer("What for [pixel,js-bucket]: ", "pixel, js-bucket")
    at.answer("no domain yet) [e.example.test]: ", "none")
    for question in ("Region", "Pixel", "Keep logs, days", "Events a month"):
        at.answer(f"{question} [", "")
    at.answer("Tracker [", "release:latest")
    at.until("A version looks like")
    at.answer("Tracker [", str(V4))
    at.answer("Setup name [", "")
    at.answer("another AWS profile [yes]: ", "")
    at.answer("Create everything? yes or no [no]: ", "yes")
    at.until("Now everything is checked once more")
    assert at.end() == 0, at.said
    file = cli.saved("main")["made"]["tracker"]
    assert file["key"] in cli("snippet", "main").out


def test_javascript_on_ones_own_server_in_a_terminal_needs_no_account(
    alone: Cli, terminals: list[Terminal], unused_port: int
) -> None:
    at = opened(terminals, alone, "--plain", "--nameserver", f"127.0.0.1:{unused_port}")
    at.answer("What for [pixel,js-bucket]: ", "js-server")
    at.answer("Tracker [", str(V4))
    at.answer("Address on your web server: ", "http://www.site.invalid/a/")
    at.answer("Address on your web server: ", "https://www.site.invalid/a/")
    at.answer("Setup name [", "")
    plan = at.answer("Create everything? yes or no [no]: ", "yes")
    assert "another AWS profile" not in plan
    assert "It needs no AWS account" in plan
    folder = alone.home / "web" / "main"
    until(lambda: list(folder.glob("*.js")), "the folder for the server is written")
    assert next(folder.glob("*.js")).read_bytes() == V4.read_bytes()
    at.until("waiting")
    at.press(b"\x03")
    assert at.end() == 130, at.said
    assert "Nothing is lost" in at.said
