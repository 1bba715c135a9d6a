"""Roles of the machine itself, each with a real service on loopback: found, used, renewed, absent, slow, refused."""

from collections.abc import Iterator
from dataclasses import replace

import anyio
import pytest

from tests.credentials.conftest import Computer
from tests.credentials.metadata import AUTHORIZATION, CONTAINER, Metadata
from tests.credentials.test_renewal import run
from tests.product import Product, verdicts
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.keys import KeySource
from wizard.aws.timeouts import LOOK
from wizard.credentials import source
from wizard.engine.renewal import AGAIN
from wizard.model.results import Job, Status
from wizard.practice.worldfile import WorldFile
from wizard.service import Service

ENDS_SOON, OVER = 120.0, -60.0


@pytest.fixture
def metadata(computer: Computer, world: WorldFile, monkeypatch: pytest.MonkeyPatch) -> Iterator[Metadata]:
    service = Metadata(world)
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    computer.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url)
    yield service
    service.close()


def instance(computer: Computer, metadata: Metadata) -> None:
    del metadata
    computer.progress.write_text("Amazon EC2\n")


def container(computer: Computer, metadata: Metadata) -> None:
    computer.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url + CONTAINER)
    computer.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", AUTHORIZATION)


@pytest.fixture(params=[instance, container], ids=["instance", "container"])
def machine(request: pytest.FixtureRequest, computer: Computer, metadata: Metadata) -> source.CredentialKind:
    request.param(computer, metadata)
    return source.CredentialKind.MACHINE if request.param is instance else source.CredentialKind.CONTAINER


def client(world: WorldFile) -> AwsClient:
    return AwsClient(KeySource(endpoint=world.aws_endpoint), "eu-central-1", LOOK)


def refusal(world: WorldFile) -> AwsError:
    with pytest.raises(AwsError) as caught:
        anyio.run(client(world), "sts", "get_caller_identity")
    return caught.value


def test_it_is_found_and_used(
    computer: Computer, product: Product, world: WorldFile, metadata: Metadata, machine: source.CredentialKind
) -> None:
    assert computer.find()[machine].wins
    assert metadata.handed == []  # finding contacts nobody
    here = product.service.environment
    service = Service(replace(here, source=KeySource(endpoint=world.aws_endpoint)))
    setup = product.new(domain=None)
    known = anyio.run(lambda: service.known(setup.choices))
    assert known.who.arn.endswith("practice-admin")
    assert known.who.expires is None  # it renews itself: nobody has to sign in again
    assert metadata.handed
    assert metadata.refused == 0


def test_a_containers_keys_that_end_are_fetched_again_in_the_middle_of_the_work(
    computer: Computer, world: WorldFile, metadata: Metadata
) -> None:
    container(computer, metadata)
    metadata.lasts = ENDS_SOON
    aws = client(world)

    async def calls() -> list[str | None]:
        used = []
        for _ in range(3):
            await aws("sts", "get_caller_identity")
            used.append(aws.access_key_id)
        return used

    used = anyio.run(calls)
    assert len(set(used)) == len(used)


def test_an_apply_on_an_instance_goes_on_with_fresh_keys(
    computer: Computer, product: Product, world: WorldFile, metadata: Metadata
) -> None:
    """botocore uses an instance's keys on when they seem over (static stability); AWS's word counts."""
    instance(computer, metadata)
    product.new(domain=None)
    here = product.service.environment
    own = Product(world, product.control, here.home)
    own.service = Service(replace(here, source=KeySource(endpoint=world.aws_endpoint)))
    product.control.fail("s3", "PutObject", "ExpiredToken", 400, message="The provided token has expired.")
    snapshot, asked = run(own, Job.APPLY, lambda _: AGAIN)
    assert asked == ["renew-login"]
    assert set(verdicts(snapshot).values()) <= {Status.OK, Status.WARNING}
    assert len(set(metadata.handed)) >= 2


def test_a_service_that_hands_out_only_keys_that_are_over_is_a_sign_in_that_is_over(
    product: Product, world: WorldFile, metadata: Metadata, machine: source.CredentialKind
) -> None:
    metadata.lasts = OVER
    if (
        machine is source.CredentialKind.CONTAINER
    ):  # an instance's keys are used on: AWS says itself when it takes them no more
        assert refusal(world).kind is ErrorKind.EXPIRED
    service = Service(replace(product.service.environment, source=KeySource(endpoint=world.aws_endpoint)))
    product.new(domain=None)
    product.control.fail("sts", "GetCallerIdentity", "ExpiredToken", 400, times=3)
    running = service.start(Job.CHECK, "main")
    anyio.run(running.run)
    assert verdicts(running.progress.snapshot)["identity"] is Status.UNKNOWN


def test_an_instance_without_a_role_has_no_credentials(
    computer: Computer, world: WorldFile, metadata: Metadata
) -> None:
    instance(computer, metadata)
    metadata.role = ""
    assert refusal(world).problem.id == "no-credentials"


@pytest.mark.parametrize("how", ["gone", "silent"])
def test_a_service_that_is_gone_or_silent_is_explained(
    world: WorldFile, metadata: Metadata, machine: source.CredentialKind, how: str
) -> None:
    if how == "gone":
        metadata.close()
    else:
        metadata.answers.clear()
    error = refusal(world)
    wanted = "no-credentials" if machine is source.CredentialKind.MACHINE else "program-failed"
    assert error.problem.id == wanted
    assert AUTHORIZATION not in f"{error!r} {error.problem!r}"


def test_a_container_that_is_refused_is_explained(computer: Computer, world: WorldFile, metadata: Metadata) -> None:
    container(computer, metadata)
    computer.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "wrong")
    assert refusal(world).problem.id == "program-failed"
    assert metadata.refused
