"""AWS's sign-in service on loopback, for one user of `aws login`: it looks at the proof of possession as AWS does."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.credentials.identities import admin
from wizard.practice.worldfile import WorldFile

SIGN_IN_CLIENT = "arn:aws:signin:::devtools/same-device"
"""What `aws login` signs in as (botocore's model of the sign-in service)."""

PATH = "/v1/token"
"""Where a token is renewed (botocore's model of the service `signin`, CreateOAuth2Token)."""


class SignIn:
    """Hands out keys of the practice account for the newest refresh token.

    Args:
        world: the practice account.
    """

    def __init__(self, world: WorldFile) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.keys = admin(world, "sts").get_session_token(DurationSeconds=3600)["Credentials"]
        self.refusal = ""
        """The error that is answered instead of keys."""
        self.renewals = 0
        self.wrong: list[str] = []
        """What was not as AWS wants it."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.judge(self.path, asked, self.headers.get("DPoP", ""))
                status, said = service.reply()
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if status != 200:
                    self.send_header("x-amzn-errortype", "AccessDeniedException")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
                """Stay quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def pem(self) -> str:
        """The key as the AWS command line writes it into its cache."""
        form = serialization.PrivateFormat.TraditionalOpenSSL
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

    def judge(self, path: str, asked: dict[str, str], proof: str) -> None:
        """Note what is wrong with a request: its words, and the signature of the key that the sign-in began with."""
        right = {"clientId": SIGN_IN_CLIENT, "grantType": "refresh_token", "refreshToken": f"refresh-{self.renewals}"}
        if (path, asked) != (PATH, right):
            self.wrong.append(f"{path} {sorted(asked)}")
        signed, _, signature = proof.rpartition(".")
        header, payload = (json.loads(_decoded(part)) for part in signed.split("."))
        if (header["alg"], payload["htm"], payload["htu"]) != ("ES256", "POST", self.url + PATH):
            self.wrong.append(f"{header['alg']} {payload['htm']} {payload['htu']}")
        raw = _decoded(signature)
        whole = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        self.key.public_key().verify(whole, signed.encode(), ec.ECDSA(hashes.SHA256()))  # raises, and no answer comes

    def reply(self) -> tuple[int, dict[str, Any]]:
        """Return a new access token of a quarter of an hour, or the refusal."""
        if self.refusal:
            return 401, {"error": self.refusal, "message": "refused"}
        self.renewals += 1
        token = {
            "accessKeyId": self.keys["AccessKeyId"],
            "secretAccessKey": self.keys["SecretAccessKey"],
            "sessionToken": self.keys["SessionToken"],
        }
        refresh = f"refresh-{self.renewals}"
        return 200, {"accessToken": token, "expiresIn": 900, "refreshToken": refresh, "tokenType": "aws_sigv4"}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
