"""Sessions and clients are made once for a run of the program; whatever they were made from has changed, never used."""

import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import anyio
import pytest
from botocore.exceptions import ProfileNotFound

from tests.credentials.conftest import Computer
from tests.credentials.identities import of_world, user
from tests.product import Product, not_ok
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError
from wizard.aws.identity import who_am_i
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.pool import MOST, Pool, mark
from wizard.aws.timeouts import LOOK, WALK
from wizard.model.results import Job
from wizard.practice.worldfile import WorldFile

CONFIG = "[profile ada]\nregion = eu-west-1\n"
CREDENTIALS = "[ada]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = not-a-secret\n"
ADA = KeySource(profile="ada")


def keys(identifier: str = "AKIAIOSFODNN7EXAMPLE", secret: str = "not-a-secret", token: str | None = None) -> Keys:
    return Keys(identifier, Secret(secret), Secret(token) if token else None)


@pytest.fixture
def ada(computer: Computer, tmp_path: Path) -> Computer:
    computer.config(CONFIG)
    computer.credentials(CREDENTIALS)
    for variable in ("AWS_CA_BUNDLE", "SSL_CERT_FILE"):
        bundle = tmp_path / f"{variable}.pem"
        bundle.write_text("first", encoding="utf-8")
        computer.setenv(variable, str(bundle))
    return computer


SAME = {
    "keys typed again": (KeySource(keys()), KeySource(keys())),
    "keys with a token": (KeySource(keys(token="t")), KeySource(keys(token="t"))),
    "a profile": (ADA, KeySource(profile="ada")),
}


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("case", SAME)
def test_what_is_the_same_is_made_once(case: str) -> None:
    pool, (one, other) = Pool(), SAME[case]
    first, second = pool.get(one), pool.get(other)
    assert first is second
    assert first.client("s3", "eu-west-1", None, LOOK) is second.client("s3", "eu-west-1", None, LOOK)


OTHERS = {
    "another key": (KeySource(keys()), KeySource(keys("AKIAI44QH8DHBEXAMPLE"))),
    "another secret": (KeySource(keys()), KeySource(keys(secret="another"))),
    "a token": (KeySource(keys()), KeySource(keys(token="t"))),
    "another token": (KeySource(keys(token="t")), KeySource(keys(token="u"))),
    "another end": (KeySource(keys()), KeySource(Keys("AKIAIOSFODNN7EXAMPLE", Secret("not-a-secret"), None, 1.0))),
    "a practice world": (KeySource(keys()), KeySource(keys(), endpoint="http://127.0.0.1:1")),
    "another practice world": (
        KeySource(keys(), endpoint="http://127.0.0.1:1"),
        KeySource(keys(), endpoint="http://[::1]:1"),
    ),
    "a profile": (KeySource(keys()), ADA),
}


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("case", OTHERS)
def test_other_credentials_and_places_have_other_sessions(case: str) -> None:
    pool, (one, other) = Pool(), OTHERS[case]
    first, second = pool.get(one), pool.get(other)
    assert first is not second
    assert pool.get(one) is first
    assert pool.get(other) is second


CHANGES: dict[str, Callable[[Computer], object]] = {
    "key of a profile": lambda computer: computer.credentials(CREDENTIALS.replace("not-a-secret", "not_a_secret")),
    "setting of a profile": lambda computer: computer.config(CONFIG.replace("eu-west-1", "eu-west-2")),
    "sign-in of the portal": lambda computer: computer.sso_token("corp", 4e9),
    "sign-in of the console": lambda computer: computer.login_token("ada"),
    "the environment": lambda computer: computer.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
    "the proxy": lambda computer: computer.setenv("HTTPS_PROXY", "http://127.0.0.1:1"),
    "another home": lambda computer: computer.setenv("HOME", "/nonexistent"),
    "another file": lambda computer: computer.setenv("AWS_CONFIG_FILE", "/nonexistent"),
    "trusted certificates": lambda computer: changed(computer, "AWS_CA_BUNDLE"),
    "certificates of everybody": lambda computer: changed(computer, "SSL_CERT_FILE"),
}


def changed(computer: Computer, variable: str) -> None:
    (computer.home.parent / f"{variable}.pem").write_text("another", encoding="utf-8")


@pytest.mark.parametrize("source", [KeySource(keys()), ADA], ids=["keys", "profile"])
@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_nobody_meets_the_session_from_before(ada: Computer, change: str, source: KeySource) -> None:
    pool = Pool()
    before = pool.get(source)
    CHANGES[change](ada)
    with suppress(ProfileNotFound):  # where the files are elsewhere now
        assert pool.get(source) is not before


@pytest.mark.usefixtures("ada")
def test_what_a_client_is_for_has_its_own_client() -> None:
    held = Pool().get(KeySource(keys()))
    wanted = [
        (service, region, endpoint, patience)
        for service in ("s3", "sts")
        for region in ("eu-west-1", "us-east-1")
        for endpoint in (None, "http://127.0.0.1:1")
        for patience in (WALK, LOOK)
    ]
    assert len({id(held.client(*one)) for one in wanted}) == len(wanted)
    for client, (_, region, endpoint, patience) in [(held.client(*one), one) for one in wanted]:
        assert client.meta.region_name == region
        assert endpoint in (None, client.meta.endpoint_url)
        assert client.meta.config.read_timeout == patience.read


@pytest.mark.usefixtures("ada")
def test_six_digits_are_for_one_session() -> None:
    pool = Pool()
    shared = pool.get(ADA)
    assert len({id(held) for held in (shared, pool.get(ADA, "123456"), pool.get(ADA, "123456"))}) == 3
    assert pool.get(ADA) is shared


@pytest.mark.process
def test_keys_from_a_program_are_asked_for_by_every_walk(computer: Computer) -> None:
    said = computer.home / "said.json"
    said.write_text('{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s"}', encoding="utf-8")
    computer.config(f"[profile ada]\ncredential_process = cat {said}\n")
    pool = Pool()
    assert pool.get(ADA) is not pool.get(ADA)


@pytest.mark.usefixtures("computer")
def test_where_nobody_is_signed_in_the_next_walk_looks_again() -> None:
    pool = Pool()
    before = pool.get(KeySource())
    assert before.session.get_credentials() is None
    assert pool.get(KeySource()) is not before


@pytest.mark.usefixtures("ada")
def test_walks_side_by_side_make_one() -> None:
    pool, seen, start = Pool(), [], threading.Barrier(8)

    def ask() -> None:
        start.wait()
        seen.append(pool.get(ADA).client("s3", "eu-west-1", None, LOOK))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(seen) == 8
    assert len({id(client) for client in seen}) == 1


@pytest.mark.usefixtures("ada")
def test_only_so_many_are_kept() -> None:
    pool = Pool()
    first = pool.get(ADA)
    for number in range(MOST - 1):
        pool.get(KeySource(keys(f"AKIA{number:016}")))
    assert pool.get(ADA) is first  # used again, so not the oldest any more
    pool.get(KeySource(keys("AKIAI44QH8DHBEXAMPLE")))
    assert pool.get(ADA) is first
    for number in range(MOST):
        pool.get(KeySource(keys(f"ASIA{number:016}")))
    assert pool.get(ADA) is not first


@pytest.mark.usefixtures("ada")
def test_nothing_that_could_be_shown_has_a_secret_in_it() -> None:
    pool, secret = Pool(), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    source = KeySource(keys(secret=secret, token=secret[::-1]))
    held = pool.get(source)
    client = AwsClient(source, "eu-west-1")
    for shown in (mark(source), pool, held, vars(pool), vars(held), held.source, client, vars(client)):
        assert secret not in repr(shown)
        assert secret[::-1] not in repr(shown)


def arn(source: KeySource) -> str:
    return anyio.run(who_am_i, AwsClient(source, "eu-west-1", LOOK)).arn


def test_who_gets_other_keys_for_a_profile_signs_with_them_in_the_next_walk(
    computer: Computer, world: WorldFile
) -> None:
    source = KeySource(profile="ada", endpoint=world.aws_endpoint)
    seen = []
    for made in (user(world), user(world)):
        computer.credentials(
            f"[ada]\naws_access_key_id = {made.access_key_id}\n"
            f"aws_secret_access_key = {made.secret_access_key.reveal()}\n"
        )
        seen += [arn(source), arn(source)]
    assert seen[0] == seen[1] != seen[2] == seen[3]


@pytest.mark.usefixtures("computer")
def test_a_session_that_was_refused_is_given_up_and_a_renewed_one_too(world: WorldFile) -> None:
    good = KeySource(of_world(world), endpoint=world.aws_endpoint)
    wrong = KeySource(keys(), endpoint=world.aws_endpoint)

    def held(source: KeySource, *, renew: bool = False) -> object:
        client = AwsClient(source, "eu-west-1", LOOK)
        with pytest.raises(AwsError) if source is wrong else nullcontext():
            anyio.run(who_am_i, client)
        found = client._held
        if renew:
            client.renew()
        return found

    assert held(wrong) is not held(wrong)
    first = held(good)
    assert held(good, renew=True) is first
    assert held(good) is not first


def test_walks_of_one_run_make_no_client_anew(product: Product) -> None:
    product.new()
    product.apply()
    product.check()
    client = AwsClient(product.source, "eu-central-1", LOOK)
    held = client._signed_in()
    made = dict(held._clients)
    assert made
    for job in (Job.CHECK, Job.PLAN, Job.APPLY, Job.REPAIR, Job.CHECK):
        assert not_ok(product.run(job)) == []
    assert client._signed_in() is AwsClient(product.source, "eu-central-1", LOOK)._signed_in()
    assert held._clients == made
