"""boto3 sessions and clients that outlive a walk, shared while what they were built from is unchanged.

A session is used again only while everything that it was built from is as it was: the keys or the profile, the whole
environment, the files of the AWS tools and the certificates that are trusted. Where its keys come from a place that
cannot be watched (a program, the machine's own role), it is not shared at all; and one with which AWS refused a
sign-in is given up, so that the next walk sees whatever was fixed.
"""

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard import __version__
from wizard.aws.sessions import usable
from wizard.aws.timeouts import CallTimeouts
from wizard.storage.atomic_files import stamp

if TYPE_CHECKING:
    import boto3

    from wizard.aws.keys import KeySource

LASTING = frozenset({"explicit", "env", "shared-credentials-file", "config-file", "boto-config"})
"""botocore's names of the places whose keys are all in what is watched."""

RENEWED = frozenset({"sso", "login", "assume-role", "assume-role-with-web-identity"})
"""Those whose keys end, and which botocore itself asks anew: what it asks with is in what is watched."""

MOST = 16
"""Sessions that are kept; of more, those that were not used for the longest time are let go."""

FILES = (
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ("BOTO_CONFIG", "~/.boto"),
    ("", "/etc/boto.cfg"),
)
"""Environment variable and usual place of each file that botocore reads."""

FOLDERS = (
    ("", "~/.aws/sso/cache"),
    ("AWS_LOGIN_CACHE_DIRECTORY", "~/.aws/login/cache"),
)
"""The same for the folders in which sign-ins are noted."""

TRUSTED = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Environment variables that name certificates, beside botocore's own setting."""

AGENT = f"snowpixel/{__version__}"
"""What calls call themselves, as CloudTrail shows it. botocore would make up its own name twice in each call, which
costs a tenth of it."""

_SALT = secrets.token_bytes(32)
"""Makes a mark of secrets worthless outside this process."""


class Held:
    """A session with its clients.

    Args:
        session: the session.
        source: what it was built from.
    """

    def __init__(self, session: "boto3.Session", source: "KeySource") -> None:
        self.session = session
        self.source = source
        self._clients: dict[tuple[str, str, str | None, CallTimeouts], Any] = {}
        self._making = threading.Lock()
        """boto3 makes clients for one thread at a time."""
        self._trusted = self._trust()

    def client(self, service: str, region: str, endpoint: str | None, patience: CallTimeouts) -> Any:
        """Return the client of a service, made when it is first asked for."""
        with self._making:
            key = (service, region, endpoint, patience)
            if key not in self._clients:
                self._clients[key] = self._new(service, region, endpoint, patience)
            return self._clients[key]

    def _new(self, service: str, region: str, endpoint: str | None, patience: CallTimeouts) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - loads slowly, and only AWS calls need it

        config = Config(
            connect_timeout=patience.connect,
            read_timeout=patience.read,
            retries={"total_max_attempts": patience.attempts, "mode": "standard"},
            max_pool_connections=32,
            user_agent=AGENT,
        )
        return self.session.client(service, region_name=region, endpoint_url=endpoint, config=config)

    @property
    def lasts(self) -> bool:
        """Whether its keys follow from what is watched."""
        from botocore.credentials import RefreshableCredentials  # noqa: PLC0415 - loads slowly

        keys = self.session.get_credentials()
        method = getattr(keys, "method", None)
        return method in LASTING or (method in RENEWED and isinstance(keys, RefreshableCredentials))

    @property
    def good(self) -> bool:
        """Whether the certificates that its clients trust are as they were."""
        return self._trusted == self._trust()

    def _trust(self) -> tuple[str, ...]:
        own = self.session._session.get_config_variable("ca_bundle")  # noqa: SLF001 - not among boto3's own questions
        named = (own, *(os.environ.get(name) for name in TRUSTED))
        return tuple(stamp(path) if path else "" for path in named)


@dataclass
class _Place:
    """Where the session of one mark stands."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is built, so that walks side by side build one."""
    held: Held | None = None
    alone: bool = False
    """Whether its sessions are not shared."""


class Pool:
    """Sessions by what they were built from. All calls block, and may come from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: OrderedDict[bytes, _Place] = OrderedDict()

    def get(self, source: "KeySource", code: str | None = None) -> Held:
        """Return a session of a source.

        Args:
            source: the credentials.
            code: an MFA code, for a role that requires one; it is good for one session, which is not shared.

        Raises:
            wizard.aws.errors.AwsError: see `usable`.
        """
        if code is not None:
            return Held(usable(source, code), source)
        place = self._place(mark(source))  # before it is built: what changes meanwhile has another mark
        with place.lock:
            if not place.alone:
                if place.held is None or not place.held.good:
                    built = Held(usable(source), source)
                    place.alone = not built.lasts
                    place.held = None if place.alone else built
                    return built
                return place.held
        return Held(usable(source), source)

    def _place(self, key: bytes) -> _Place:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
            return place

    def give_up(self, held: Held) -> None:
        """Share a session no longer: who asks from now on gets another."""
        with self._lock:
            for key, place in tuple(self._places.items()):
                if place.held is held:
                    del self._places[key]


def mark(source: "KeySource") -> bytes:
    """Return what stands for a source and all that its session is built from; it tells nothing about any of it."""
    digest = blake2b(key=_SALT, digest_size=32)
    for part in _parts(source):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _parts(source: "KeySource") -> Iterator[bytes]:
    keys = source.keys
    yield from (_bytes(text) for text in (source.profile, source.endpoint, keys.access_key_id if keys else None))
    if keys:
        yield _bytes(keys.secret_access_key.reveal())
        yield _bytes(keys.session_token.reveal() if keys.session_token else None)
        yield _bytes(str(keys.expires))
    for name, value in sorted(os.environ.items()):
        yield os.fsencode(f"{name}={value}")
    for file in _paths(FILES):
        try:
            yield b"+" + file.read_bytes()
        except OSError as error:
            yield _bytes(str(error.errno))
    for folder in _paths(FOLDERS):
        try:
            yield from (_bytes(f"{each.name} {stamp(each)}") for each in sorted(folder.iterdir()))
        except OSError as error:
            yield _bytes(str(error.errno))


def _bytes(text: str | None) -> bytes:
    return b"-" if text is None else b"+" + text.encode("utf-8", "surrogateescape")


def _paths(places: tuple[tuple[str, str], ...]) -> Iterator[Path]:
    for variable, usual in places:
        path = (os.environ.get(variable) if variable else None) or usual
        yield Path(os.path.expanduser(path))  # noqa: PTH111 - where no home is known, Path's own would raise


SHARED = Pool()
"""The sessions of this run of the program."""
