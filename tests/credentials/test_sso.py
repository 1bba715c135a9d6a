"""Single sign-on with a portal behind it: scripted on loopback, spoken to by boto3 itself."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from tests.credentials.conftest import Computer
from tests.credentials.identities import admin
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError
from wizard.aws.identity import Identity, who_am_i
from wizard.aws.keys import KeySource
from wizard.aws.timeouts import LOOK
from wizard.practice.worldfile import WorldFile

CORP = """[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
[profile corp]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Admin
[profile old]
sso_account_id = 123456789012
sso_role_name = Admin
sso_start_url = https://old.example/start
sso_region = eu-west-1
"""


class Portal:
    """AWS's access portal and its token service, for one user."""

    def __init__(self, world: WorldFile) -> None:
        self.valid = {"good-token"}
        self.asked: list[str] = []
        self.keys = admin(world, "sts").get_session_token(DurationSeconds=3600)["Credentials"]
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal.asked.append(self.path)
                known = self.headers["x-amz-sso_bearer_token"] in portal.valid
                self.answer(*(portal.credentials() if known else portal.unauthorized()))

            def do_POST(self) -> None:
                portal.asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                portal.valid.add("renewed-token")
                self.answer(200, {"accessToken": "renewed-token", "expiresIn": 3600, "tokenType": "Bearer"})

            def answer(self, status: int, said: dict[str, Any]) -> None:
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if status == 401:
                    self.send_header("x-amzn-errortype", "UnauthorizedException")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
                """Stay quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def credentials(self) -> tuple[int, dict[str, Any]]:
        named = {
            "accessKeyId": self.keys["AccessKeyId"],
            "secretAccessKey": self.keys["SecretAccessKey"],
            "sessionToken": self.keys["SessionToken"],
            "expiration": int(self.keys["Expiration"].timestamp() * 1000),
        }
        return 200, {"roleCredentials": named}

    def unauthorized(self) -> tuple[int, dict[str, Any]]:
        return 401, {"message": "Session token not found or invalid"}


@pytest.fixture
def portal(computer: Computer, world: WorldFile, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    for provider in (SSOProvider, SSOTokenProvider):  # botocore looks up the home folder when it is imported
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(computer.home / ".aws" / "sso" / "cache"))
    portal = Portal(world)
    computer.config(CORP)
    computer.setenv("AWS_ENDPOINT_URL_SSO", portal.url)
    computer.setenv("AWS_ENDPOINT_URL_SSO_OIDC", portal.url)
    computer.setenv("AWS_ENDPOINT_URL_STS", world.aws_endpoint)
    computer.setenv("AWS_ENDPOINT_URL_IAM", world.aws_endpoint)
    yield portal
    portal.server.shutdown()
    portal.server.server_close()


def who(profile: str, aws: AwsClient | None = None) -> Identity:
    return anyio.run(who_am_i, aws or AwsClient(KeySource(None, profile), "eu-central-1", LOOK))


@pytest.mark.parametrize(("profile", "name"), [("corp", "corp"), ("old", "https://old.example/start")])
def test_a_sign_in_that_lasts_is_good(computer: Computer, portal: Portal, profile: str, name: str) -> None:
    computer.sso_token(name, time.time() + 3600, accessToken="good-token")
    assert who(profile).account == "123456789012"
    assert portal.asked == ["/federation/credentials?role_name=Admin&account_id=123456789012"]


def test_a_sign_in_that_the_portal_ended_is_over(computer: Computer, portal: Portal) -> None:
    computer.sso_token("corp", time.time() + 3600, accessToken="ended-by-the-company")
    with pytest.raises(AwsError) as caught:
        who("corp")
    assert caught.value.problem.id == "login-expired"
    assert portal.asked


def test_a_sign_in_that_is_over_renews_itself_where_it_may(computer: Computer, portal: Portal) -> None:
    computer.sso_token(
        "corp",
        time.time() - 60,
        accessToken="over",
        refreshToken="r",
        clientId="c",
        clientSecret="s",
        registrationExpiresAt="2099-01-01T00:00:00Z",
        region="eu-west-1",
        startUrl="https://corp.example/start",
    )
    assert computer.find()["corp"].problem is None
    assert who("corp").account == "123456789012"
    assert portal.asked[0] == "/token"


def test_a_new_sign_in_is_seen_after_renew(computer: Computer, portal: Portal) -> None:
    computer.sso_token("https://old.example/start", time.time() + 3600, accessToken="ended")
    aws = AwsClient(KeySource(None, "old"), "eu-central-1", LOOK)
    with pytest.raises(AwsError):
        who("old", aws)
    computer.sso_token("https://old.example/start", time.time() + 3600, accessToken="good-token")
    aws.renew()
    assert who("old", aws).account == "123456789012"
    assert len(portal.asked) >= 2


def test_nobody_signed_in_yet(computer: Computer, portal: Portal) -> None:
    with pytest.raises(AwsError) as caught:
        who("corp")
    assert caught.value.problem.id == "login-expired"
    assert portal.asked == []
    assert computer.find()["corp"].problem
