"""Every row A1 to A19 of the failure catalogue, provoked and explained."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
import trustme

from tests.credentials.conftest import Computer
from tests.credentials.identities import WITHOUT_SESSION, client, factor, of_world, role, user
from tests.product import Product
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError
from wizard.aws.identity import who_am_i
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import LOOK
from wizard.credentials.sign_in import second_factor
from wizard.knowledge.problems import explain
from wizard.model.results import Job, Status
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

SESSION = "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n"
CORP = f"{SESSION}[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n"


class Place:
    """What a row needs to come about."""

    def __init__(self, computer: Computer, world: WorldFile, control: Control, folder: Path) -> None:
        self.computer, self.world, self.control, self.folder = computer, world, control, folder

    def ask(
        self, aws: AwsClient | None = None, service: str = "sts", operation: str = "get_caller_identity"
    ) -> AwsError:
        """Make one call that must fail."""
        with pytest.raises(AwsError) as caught:
            anyio.run(aws or client(self.world, of_world(self.world)), service, operation)
        return caught.value

    def identify(self, aws: AwsClient) -> AwsError:
        with pytest.raises(AwsError) as caught:
            anyio.run(who_am_i, aws)
        return caught.value


def no_credentials(place: Place) -> AwsError:
    return place.ask(client(place.world))


def sso_over(place: Place) -> AwsError:
    place.computer.config(CORP)
    file = place.computer.sso_token("corp", time.time() - 3600)
    os.utime(file, (time.time() - 7200, time.time() - 7200))
    assert place.computer.find()["corp"].problem
    return place.ask(client(place.world, profile="corp"))


def renewed_in_vain(place: Place) -> AwsError:
    place.computer.config(CORP)
    place.computer.sso_token("corp", time.time() - 3600)
    problem = place.computer.find()["corp"].problem
    assert problem
    assert problem.id == "login-not-renewed"
    error = place.ask(client(place.world, profile="corp"))
    return AwsError(error.kind, error.code, str(error), error.operation, problem)


def asked_first(place: Place) -> AwsError:
    """STS is asked before anything else, so the cause has its own words: which profile, and since when."""
    place.computer.config(CORP)
    error = place.identify(client(place.world, profile="corp"))
    assert error.operation == "sts:GetCallerIdentity"
    return error


def token_over(place: Place) -> AwsError:
    place.control.fail("sts", "GetCallerIdentity", "ExpiredTokenException", 400, message="The security token expired")
    return place.ask()


def unknown_key(place: Place) -> AwsError:
    return place.identify(client(place.world, Keys("AKIANOSUCHKEYANYWHERE", Secret("s" * 40))))


def wrong_secret(place: Place) -> AwsError:
    return place.ask(client(place.world, Keys(place.world.access_key_id, Secret("w" * 40))))


def clock_ahead(place: Place) -> AwsError:
    place.control.clear_calls()
    ahead = client(place.world, of_world(place.world))
    ahead.clock = lambda: time.time() + 1200
    error = place.ask(ahead)
    assert place.control.calls() == [], "nothing was signed with a wrong clock"
    return error


def by_organisation(place: Place) -> AwsError:
    text = (
        "User: arn:aws:iam::123456789012:user/a is not authorized to perform: acm:RequestCertificate on resource: * "
        "with an explicit deny in a service control policy"
    )
    place.control.fail("sts", "GetCallerIdentity", "AccessDeniedException", 403, message=text)
    return place.ask()


def permission_missing(place: Place) -> AwsError:
    keys = user(place.world, {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    return place.ask(client(place.world, keys), "acm", "list_certificates")


def without_factor(place: Place) -> AwsError:
    keys = user(place.world, {"Effect": "Allow", "Action": "*", "Resource": "*"}, WITHOUT_SESSION)
    aws = client(place.world, keys)
    factor(place.world, keys)
    denied = place.ask(aws, "s3", "list_buckets")
    assert denied.problem.id == "denied-explicitly"
    found = anyio.run(second_factor, aws, denied)
    assert found
    return found


def not_verified(place: Place) -> AwsError:
    text = "Your account must be verified before you can add new CloudFront resources."
    place.control.fail("cloudfront", "ListDistributions", "AccessDenied", 403, message=text)
    return place.ask(None, "cloudfront", "list_distributions")


def not_finished(place: Place) -> AwsError:
    place.control.fail("cloudfront", "ListDistributions", "OptInRequired", 403)
    return place.ask(None, "cloudfront", "list_distributions")


def location_refused(place: Place) -> AwsError:
    place.control.fail("s3", "CreateBucket", "IllegalLocationConstraintException", 400)
    aws = client(place.world, of_world(place.world))
    with pytest.raises(AwsError) as caught:
        anyio.run(lambda: aws("s3", "create_bucket", Bucket="some-bucket-of-ours"))
    return caught.value


def region_off(place: Place) -> AwsError:
    place.control.fail("sts", "GetCallerIdentity", "InvalidClientTokenId", 403)
    return place.identify(client(place.world, of_world(place.world), region="me-south-1"))


def inspected(place: Place) -> AwsError:
    """A real TLS server with a certificate that nobody trusts, as a company's proxy shows one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with listening() as listener:
        threading.Thread(target=shake, args=(context, listener), daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        return place.ask(AwsClient(KeySource(of_world(place.world), None, url), "eu-central-1", LOOK))


def shake(context: ssl.SSLContext, listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True):
                pass
        except ssl.SSLError:
            continue
        except OSError:
            return


def listening() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    return listener


def proxy_gone(place: Place) -> AwsError:
    with listening() as listener:
        port = listener.getsockname()[1]
    place.computer.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    aws = AwsClient(KeySource(of_world(place.world), None, "https://sts.invalid"), "eu-central-1", LOOK)
    return place.ask(aws)


def throttled(place: Place) -> AwsError:
    place.control.throttle("sts", times=20)
    return place.ask()


ROWS: dict[str, tuple[Callable[[Place], AwsError], str, str]] = {
    "A1 no credentials": (no_credentials, "no-credentials", "aws login"),
    "A2 the SSO sign-in is over": (sso_over, "login-expired", "aws sso login"),
    "A3 renewed, and still over": (renewed_in_vain, "login-not-renewed", "sign out"),
    "A4 the cause is hidden by another tool": (asked_first, "login-expired", "Sign in again"),
    "A5 the token ends in the middle": (token_over, "login-expired", "Nothing is lost"),
    "A6 the key is not known": (unknown_key, "wrong-access-key", "China"),
    "A7 the secret is wrong": (wrong_secret, "wrong-secret-key", "Copy the secret access key again"),
    "A8 the clock is wrong": (clock_ahead, "clock-wrong", "wsl --shutdown"),
    "A10 the organization denies it": (by_organisation, "denied-by-organisation", "us-east-1"),
    "A11 a permission is missing": (permission_missing, "permission-missing", "acm:ListCertificates"),
    "A12 all denied without a second factor": (without_factor, "mfa-needed", "MFA code"),
    "A13 the account is not verified": (not_verified, "account-not-verified", "support case"),
    "A14 the account is not finished": (not_finished, "account-not-finished", "finish signing up"),
    "A15 the location does not fit": (location_refused, "region-not-enabled", "another region"),
    "A16 the region is not enabled": (region_off, "region-not-enabled", "enable it"),
    "A17 TLS is inspected": (inspected, "tls-inspection", "AWS_CA_BUNDLE"),
    "A18 the proxy does not answer": (proxy_gone, "proxy-unreachable", "HTTPS_PROXY"),
    "A19 throttled": (throttled, "aws-throttled", "Wait a minute"),
}
"""Row to how it is provoked, the problem that is recognized, and words that its explanation must have. A9 is below."""


@pytest.fixture
def place(computer: Computer, world: WorldFile, control: Control, tmp_path: Path) -> Iterator[Place]:
    yield Place(computer, world, control, tmp_path)
    control.clear_faults()


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_recognized_and_explained(place: Place, row: str) -> None:
    provoke, problem, words = ROWS[row]
    error = provoke(place)
    assert error.problem.id == problem
    about = explain(error.problem)
    assert words in " ".join((about.meaning, *about.steps))


def test_a9_a_wrong_account_changes_nothing_and_says_which_keys(product: Product) -> None:
    product.new(domain=None)
    with product.service.store.writing("main", "a test") as state:
        state.record(account="999999999999")
    product.clear()
    found = {check.id: check for check in product.apply().checks}["identity"]
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "wrong-account")
    assert found.problem
    assert "unset AWS_ACCESS_KEY_ID" in " ".join(explain(found.problem).steps)
    assert product.writes() == []


def test_a15_a_bucket_can_be_made_in_every_kind_of_region(product: Product) -> None:
    """AWS takes no location for us-east-1, and wants one elsewhere; the emulator refuses the wrong one as AWS does."""
    for name, region in (("one", "us-east-1"), ("two", "eu-west-3")):
        product.new(name, domain=None, region=region)
        made = {check.id: check.status for check in product.run(Job.APPLY, name, patience=0, only=["bucket"]).checks}
        assert made["content-bucket"] is Status.OK


def test_every_row_has_its_test() -> None:
    told = {row.split()[0] for row in ROWS} | {"A9"}
    assert told == {f"A{number}" for number in range(1, 20)}


def test_a_role_from_a_profile_works_against_the_world_that_is_asked(place: Place) -> None:
    keys = user(place.world)
    place.computer.credentials(
        f"[base]\naws_access_key_id = {keys.access_key_id}\naws_secret_access_key = {keys.secret_access_key.reveal()}\n"
    )
    place.computer.config(f"[profile deputy]\nrole_arn = {role(place.world)}\nsource_profile = base\n")
    found = anyio.run(who_am_i, client(place.world, profile="deputy"))
    assert ":assumed-role/role-" in found.arn


@pytest.mark.parametrize("trouble", ["broken file", "missing profile"])
def test_given_keys_work_whatever_the_files_look_like(place: Place, trouble: str) -> None:
    if trouble == "broken file":
        place.computer.config("[broken\n")
    else:
        place.computer.setenv("AWS_PROFILE", "gone")
    assert anyio.run(who_am_i, client(place.world, of_world(place.world))).account == place.world.account_id
