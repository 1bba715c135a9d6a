"""Environment variables of the emulator, set before the first import of `ministack`."""

import os
import secrets

_SETTINGS = {
    "AUTH": "true",
    "BIND_HOST": "127.0.0.1",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "DOCKER_HOST": "unix:///nonexistent",  # else it would look after containers of the user's own Docker
    "LOG_LEVEL": "WARNING",
}
_UNWANTED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "SERVICES",
    "PERSIST_STATE",
    "S3_PERSIST",
    "LOCALSTACK_PERSISTENCE",
)


def prepare(account: str, directory: str) -> None:
    """Set the environment: authorization on, nothing but loopback, a root key that nobody knows.

    Args:
        account: the 12-digit account id.
        directory: where the emulator may put temporary files.
    """
    for name in _UNWANTED:
        os.environ.pop(name, None)
    os.environ.update(_SETTINGS)
    os.environ["MINISTACK_ACCOUNT_ID"] = account
    os.environ["AWS_ACCESS_KEY_ID"] = "AKIA" + secrets.token_hex(8).upper()
    os.environ["AWS_SECRET_ACCESS_KEY"] = secrets.token_hex(20)
    os.environ["TMPDIR"] = directory


def root_key() -> str:
    """Return the access key id of the emulator's root, whose signature is never checked; it stays in this process."""
    return os.environ["AWS_ACCESS_KEY_ID"]
