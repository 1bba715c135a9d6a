"""A sign-in that ends in the middle: the work pauses, the user signs in again, the work goes on at the same place."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.credentials.conftest import Computer
from tests.credentials.identities import ALLOW_ALL, WITHOUT_SESSION, admin, factor, role, user
from tests.product import Product, verdicts
from wizard.aws.errors import AwsError
from wizard.aws.keys import KeySource
from wizard.aws.sessions import CodeNeededError, build
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.engine.progress import Progress
from wizard.engine.renewal import AGAIN, STOP
from wizard.knowledge.problems import explain
from wizard.model.results import Decision, Job, Snapshot, Status
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.service import Service

Answer = Callable[[Decision], str]


def run(product: Product, job: Job, answer: Answer, **options: Any) -> tuple[Snapshot, list[str]]:
    """Run a walk while a user adds records and answers each question once; return it and the questions."""
    asked: list[str] = []
    running = product.service.start(job, "main", **{"patience": 20.0, **options})

    async def user(progress: Progress) -> None:
        async for update in progress.updates():
            for decision in update.snapshot.decisions:
                if decision.id not in asked:
                    asked.append(decision.id)
                    progress.answer(decision.id, answer(decision))

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(user, running.progress)
            group.start_soon(product.user, running.progress)
            await running.run()

    anyio.run(both)
    return running.progress.snapshot, asked


def expire(control: Control, *calls: tuple[str, str]) -> None:
    for service, operation in calls:
        control.fail(service, operation, "ExpiredToken", 400, message="The security token included is expired")


EVERYWHERE = (
    ("sts", "GetCallerIdentity"),
    ("s3", "PutObject"),
    ("acm", "RequestCertificate"),
    ("cloudfront", "CreateDistributionWithTags"),
    ("logs", "CreateDelivery"),
    ("cloudfront", "UpdateDistribution"),
)


@pytest.mark.parametrize("call", EVERYWHERE, ids=lambda call: call[1])
def test_an_apply_goes_on_at_the_same_place(product: Product, call: tuple[str, str]) -> None:
    product.new()
    expire(product.control, call)
    snapshot, asked = run(product, Job.APPLY, lambda _: AGAIN)
    assert asked == ["renew-login"]
    assert set(verdicts(snapshot).values()) <= {Status.OK, Status.WARNING}
    refused = call == ("cloudfront", "CreateDistributionWithTags")
    assert product.writes().count(("cloudfront", "CreateDistributionWithTags")) == 1 + refused
    assert product.setup().made.proof


def test_a_removal_and_a_repair_go_on_too(product: Product) -> None:
    product.stand()
    expire(product.control, ("s3", "GetBucketPolicy"))
    snapshot, asked = run(product, Job.REPAIR, lambda _: AGAIN)
    assert asked == ["renew-login"]
    assert snapshot.status in (Status.OK, Status.WARNING)
    expire(product.control, ("cloudfront", "DeleteDistribution"))
    _, asked = run(product, Job.REMOVE, lambda _: AGAIN, answers={"delete-logs": "yes"})
    assert asked == ["renew-login"]
    assert "main" not in product.service.store.names()


def test_several_items_that_meet_the_end_at_once_ask_one_question(product: Product) -> None:
    product.new()
    product.control.fail("s3", "*", "ExpiredToken", 400, times=3)
    snapshot, asked = run(product, Job.APPLY, lambda _: AGAIN)
    assert asked[0] == "renew-login"
    assert len(asked) <= 3
    assert snapshot.status in (Status.OK, Status.WARNING)


def test_a_sign_in_that_is_still_over_is_asked_for_again_with_advice(product: Product) -> None:
    product.new(domain=None)
    expire(product.control, *[("sts", "GetCallerIdentity")] * 2)
    questions: list[str] = []

    def answer(decision: Decision) -> str:
        questions.append(decision.question)
        return AGAIN

    _, asked = run(product, Job.APPLY, answer)
    assert asked == ["renew-login", "renew-login-2"]
    assert "sign out of the sign-in page" in questions[1]


def test_stopping_leaves_everything_for_later(product: Product) -> None:
    product.new()
    expire(product.control, *[("cloudfront", "CreateDistributionWithTags")] * 2)
    snapshot, asked = run(product, Job.APPLY, lambda _: STOP)
    assert asked == ["renew-login"]
    found = {check.id: check for check in snapshot.checks}["distribution"]
    assert (found.status, found.problem and found.problem.id) == (Status.UNKNOWN, "login-expired")
    assert of_statuses(check.status for check in snapshot.checks) is ExitCode.UNFINISHED
    product.control.clear_faults()
    assert product.apply().status in (Status.OK, Status.WARNING)


def test_without_patience_nobody_is_waited_for(product: Product) -> None:
    product.new(domain=None)
    expire(product.control, ("sts", "GetCallerIdentity"))
    snapshot = product.apply(patience=0)
    assert verdicts(snapshot)["identity"] is Status.UNKNOWN


def test_another_account_after_the_new_sign_in_is_refused(product: Product) -> None:
    product.new(domain=None)
    product.apply()
    with product.service.store.writing("main", "a test") as state:
        state.record(account="999999999999")
    expire(product.control, ("sts", "GetCallerIdentity"))
    questions: list[str] = []

    def answer(decision: Decision) -> str:
        questions.append(decision.question)
        return AGAIN if len(questions) == 1 else STOP

    product.clear()
    run(product, Job.APPLY, answer)
    assert "another AWS account" in questions[1]
    assert product.writes() == []


def test_a_check_without_a_person_could_not_be_tested(product: Product) -> None:
    product.stand()
    expire(product.control, ("sts", "GetCallerIdentity"))
    snapshot = product.check()
    found = {check.id: check for check in snapshot.checks}
    assert found["identity"].status is Status.UNKNOWN
    assert "couldn't be tested, credentials expired" in found["identity"].summary
    assert Status.FAILED not in {check.status for check in snapshot.checks}
    assert of_statuses(check.status for check in snapshot.checks) is ExitCode.UNFINISHED


# Second factors.


@pytest.fixture
def limited(product: Product, world: WorldFile) -> Product:
    """The product, with the keys of a user who may do nothing without a second factor."""
    keys = user(world, ALLOW_ALL, WITHOUT_SESSION)
    factor(world, keys)
    return Product(world, product.control, product.service.environment.home, keys)


def test_a_walk_asks_for_the_six_digits_and_goes_on(limited: Product) -> None:
    limited.new(domain=None)
    asked_for: list[str] = []

    def answer(decision: Decision) -> str:
        asked_for.append(decision.typed)
        return " 123 456 "

    snapshot, asked = run(limited, Job.APPLY, answer)
    assert asked == ["mfa-code"]
    assert asked_for == ["MFA code"]
    assert snapshot.status in (Status.OK, Status.WARNING)
    assert limited.check().status in (Status.OK, Status.WARNING)  # the sign-in holds for the rest of the run
    fresh = Service(limited.service.environment)
    running = fresh.start(Job.CHECK, "main")
    anyio.run(running.run)
    found = {check.id: check for check in running.progress.snapshot.checks}["content-bucket"]
    assert (found.status, found.problem and found.problem.id) == (Status.UNKNOWN, "mfa-needed")


def test_what_is_typed_must_be_six_digits(limited: Product) -> None:
    limited.new(domain=None)
    typed = iter(["12345", "abcdef", "123456"])
    snapshot, asked = run(limited, Job.APPLY, lambda _: next(typed))
    assert asked == ["mfa-code", "mfa-code-2", "mfa-code-3"]
    assert snapshot.status in (Status.OK, Status.WARNING)


def test_digits_that_aws_does_not_take_are_asked_for_again(limited: Product) -> None:
    limited.new(domain=None)
    text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
    limited.control.fail("sts", "GetSessionToken", "AccessDenied", 403, message=text)
    snapshot, asked = run(limited, Job.APPLY, lambda _: "123456")
    assert asked == ["mfa-code", "mfa-code-2"]
    assert snapshot.status in (Status.OK, Status.WARNING)


def test_a_role_with_a_second_factor_asks_before_aws_is_called(
    computer: Computer, product: Product, world: WorldFile
) -> None:
    keys = user(world)
    computer.credentials(
        f"[base]\naws_access_key_id = {keys.access_key_id}\naws_secret_access_key = {keys.secret_access_key.reveal()}\n"
    )
    computer.config(
        f"[profile deputy]\nrole_arn = {role(world)}\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/ada\n"
    )
    service = with_profile(product, world, "deputy")
    setup = service.store.create("role", product.new(domain=None).choices)
    with pytest.raises(AwsError) as caught:
        anyio.run(lambda: service.known(setup.choices, setup=setup))
    assert caught.value.problem.id == "mfa-needed"
    assert "mfa/ada" in explain(caught.value.problem).meaning
    signs, given = service.credentials.signs, service.source(setup.choices)
    anyio.run(signs.with_code, given, setup, setup.choices.region, "123456")
    known = anyio.run(lambda: service.known(setup.choices, setup=setup))
    assert ":assumed-role/role-" in known.who.arn
    assert known.who.expires
    assert 0 < known.who.expires - time.time() <= 3600


def with_profile(product: Product, world: WorldFile, profile: str | None) -> Service:
    source = KeySource(None, profile, world.aws_endpoint)
    return Service(replace(product.service.environment, source=source))


def test_botocore_asks_us_and_never_the_terminal(computer: Computer) -> None:
    """botocore's own way to be told how to ask is private; a version that moves it shows here."""
    computer.config(
        "[profile a]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = b\nmfa_serial = arn:aws:iam::1:mfa/a\n"
    )
    computer.credentials("[b]\naws_access_key_id = A\naws_secret_access_key = s\n")
    session = build(KeySource(None, "a", "http://127.0.0.1:1"))
    with pytest.raises(CodeNeededError) as caught:
        session.get_credentials().get_frozen_credentials()
    assert caught.value.serial == "arn:aws:iam::1:mfa/a"


# The end seen coming.


@pytest.mark.parametrize(("left", "status"), [(7200, Status.OK), (300, Status.WARNING)])
def test_the_time_left_is_told(
    computer: Computer, product: Product, world: WorldFile, left: int, status: Status
) -> None:
    shown = admin(world, "sts").get_session_token(DurationSeconds=3600)["Credentials"]
    for name, value in {
        "AWS_ACCESS_KEY_ID": shown["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": shown["SecretAccessKey"],
        "AWS_SESSION_TOKEN": shown["SessionToken"],
        "AWS_CREDENTIAL_EXPIRATION": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + left)),
    }.items():
        computer.setenv(name, value)
    service = with_profile(product, world, None)
    service.store.create("env", product.new(domain=None).choices)
    running = service.start(Job.PLAN, "env")
    anyio.run(running.run)
    found = {check.id: check for check in running.progress.snapshot.checks}["identity"]
    assert found.status is status
    assert abs(float(found.evidence["expires"]) - time.time() - left) < 10
    assert "signed in for another" in found.summary


# A program that hands out keys, and single sign-on, each with a real one behind it.


def test_a_program_hands_out_keys(computer: Computer, product: Product, world: WorldFile, tmp_path: Path) -> None:
    program = tmp_path / "vault"
    said = {"Version": 1, "AccessKeyId": world.access_key_id, "SecretAccessKey": world.secret_access_key}
    program.write_text(f"#!/bin/sh\ncat <<'X'\n{json.dumps(said)}\nX\n")
    program.chmod(0o755)
    computer.config(f"[profile vault]\ncredential_process = {program}\n")
    assert whose(product, world, "vault") == "practice-admin"


@pytest.mark.parametrize("script", ["echo s3cretOutput; exit 0", "echo s3cretOutput >&2; exit 1", "echo '{}'"])
def test_a_program_that_fails_is_explained_without_its_words(
    computer: Computer, product: Product, world: WorldFile, tmp_path: Path, script: str
) -> None:
    program = tmp_path / "vault"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    computer.config(f"[profile vault]\ncredential_process = {program}\n")
    with pytest.raises(AwsError) as caught:
        whose(product, world, "vault")
    assert caught.value.problem.id == "program-failed"
    assert "s3cretOutput" not in f"{caught.value!r} {caught.value.problem!r}"


def whose(product: Product, world: WorldFile, profile: str) -> str:
    service = with_profile(product, world, profile)
    setup = product.new(domain=None)
    ask: Callable[[], Awaitable[Any]] = lambda: service.known(setup.choices)  # noqa: E731
    return str(anyio.run(ask).who.arn.rpartition("/")[2])
