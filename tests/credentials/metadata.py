"""The metadata service of an EC2 instance (IMDSv2) and a container's credentials endpoint, on loopback."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.credentials.conftest import stamp
from tests.credentials.identities import admin
from wizard.practice.worldfile import WorldFile

ROLE = "on-this-machine"
TOKEN = "/latest/api/token"
ROLES = "/latest/meta-data/iam/security-credentials/"
CONTAINER = "/v2/credentials"
"""Paths of both services (EC2 user guide, instance metadata; ECS developer guide, task IAM role)."""
AUTHORIZATION = "container-authorization"


class Metadata:
    """Hands out keys of the practice account, fresh ones each time.

    Args:
        world: the practice account.
    """

    def __init__(self, world: WorldFile) -> None:
        self._world = world
        self.role = ROLE
        """The instance's role; empty: it has none."""
        self.lasts = 6 * 3600.0
        """Seconds until the keys end, for those that are handed out from now on."""
        self.handed: list[str] = []
        """The secrets that were handed out."""
        self.refused = 0
        self.answers = threading.Event()
        """While it is not set, nothing is answered."""
        self.answers.set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                wanted = "x-aws-ec2-metadata-token-ttl-seconds"
                self.tell(*((200, b"session") if self.path == TOKEN and self.headers[wanted] else (400, b"")))

            def do_GET(self) -> None:
                self.tell(*service.reply(self.path, dict(self.headers.items())))

            def tell(self, status: int, body: bytes) -> None:
                service.answers.wait()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
                """Stay quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asks may have gone
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def reply(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return what the services answer to one request."""
        sent = {name.lower(): value for name, value in headers.items()}
        right = sent.get("authorization") == AUTHORIZATION if path == CONTAINER else (
            sent.get("x-aws-ec2-metadata-token") == "session"
        )  # fmt: skip
        if not right:
            self.refused += 1
            return 401, b""
        if path == ROLES and self.role:
            return 200, self.role.encode()
        if path == CONTAINER or (self.role and path == ROLES + self.role):
            return 200, self._keys()
        return 404, b""

    def _keys(self) -> bytes:
        shown = admin(self._world, "sts").get_session_token(DurationSeconds=3600)["Credentials"]
        self.handed.append(shown["SecretAccessKey"])
        said = {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "AccessKeyId": shown["AccessKeyId"],
            "SecretAccessKey": shown["SecretAccessKey"],
            "Token": shown["SessionToken"],
            "Expiration": stamp(time.time() + self.lasts),
        }
        return json.dumps(said).encode()

    def close(self) -> None:
        self.answers.set()
        self.server.shutdown()
        self.server.server_close()
