"""Where a tracker comes from: releases, an npm client, addresses and files; and everything that is none."""

import gzip
import hashlib
import http.server
import io
import json
import tarfile
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import require
from tests.trackers import V3, V4, tag_build
from wizard.model.digest import integrity
from wizard.model.ports import Handshake, Response, WebError
from wizard.model.setup import SetupChoices
from wizard.model.validators import BLOCKED_WORDS
from wizard.snowplow.tracker import npm
from wizard.snowplow.tracker.file_names import LETTERS, new_key, served_at
from wizard.snowplow.tracker.knowledge import knowledge
from wizard.snowplow.tracker.sources import OriginKind, fetch, parse
from wizard.snowplow.tracker.tracker_file import LIMIT, Flavour, TrackerError, digest, recognize
from wizard.snowplow.tracker.unpack import member
from wizard.storage.blobs import BlobFolder

V2_BANNER = b"/*!\n * Snowplow - The world's most powerful web analytics platform\n * @version 2.16.3\n */\n"


# Is it a tracker?


def test_both_flavours_and_versions_are_recognized() -> None:
    for content, flavour, version in (
        (V4.read_bytes(), Flavour.UMD, "4.10.1"),
        (V3.read_bytes(), Flavour.UMD, "3.24.6"),
        (tag_build(), Flavour.TAG, "4.10.1"),
        (b"/* mine */" + V4.read_bytes().partition(b"*/")[2], Flavour.UMD, "own"),
    ):
        found = recognize(content)
        assert (found.flavour, found.version) == (flavour, version)
        assert found.sha384 == integrity(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"<!doctype html><html>" + b"x" * 9000, "web page", id="html"),
        pytest.param(b"\xef\xbb\xbf  \n<?xml version='1.0'?>" + b"x" * 9000, "web page", id="xml"),
        pytest.param(b"Not Found", "bytes", id="short"),
        pytest.param(b"x" * (LIMIT + 1), "bytes", id="too long"),
        pytest.param(gzip.compress(V4.read_bytes()), "gzip", id="packed"),
        pytest.param(b"\xff\xfe" + b"\x00" * 9000, "isn't UTF-8 text", id="binary"),
        pytest.param(b"var jQuery = 1;" * 1000, "not a Snowplow tracker", id="other script"),
        pytest.param(V2_BANNER + b"snowplowOutQueue" * 500, "doesn't work with a pixel", id="version 2"),
        pytest.param(V3.read_bytes().replace(b"v3.24.6", b"v3.1.9"), "doesn't work with a pixel", id="version 3.1"),
    ],
)
def test_what_is_no_usable_tracker_is_refused_with_a_reason(content: bytes, words: str) -> None:
    with pytest.raises(TrackerError, match=words):
        recognize(content)


def test_another_version_than_asked_for_is_refused() -> None:
    with pytest.raises(TrackerError, match=r"says that it is 4\.10\.1"):
        recognize(V4.read_bytes(), "4.9.0")


def test_a_hash_is_taken_in_both_spellings() -> None:
    content = V4.read_bytes()
    assert digest(hashlib.sha384(content).hexdigest().upper()) == integrity(content) == digest(integrity(content))


def test_the_default_is_a_release_that_the_knowledge_names() -> None:
    source = parse(SetupChoices().tracker)
    assert (source.kind, source.version) == (OriginKind.RELEASE, knowledge().version)


# Choices.


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("release:4.10.1", OriginKind.RELEASE, "/4.10.1/sp.js"),
        ("release:4.6.8/sp.lite.js", OriginKind.RELEASE, "/4.6.8/sp.lite.js"),
        ("npm:4.10.1", OriginKind.NPM, "@snowplow/browser-tracker"),
        ("HTTPS://example.org/a.js", OriginKind.URL, "https://example.org/a.js"),
        ("/tmp/sp.js", OriginKind.FILE, "/tmp/sp.js"),
    ],
)
def test_a_choice_says_what_it_is(text: str, kind: OriginKind, where: str) -> None:
    found = parse(text)
    assert found.kind is kind
    assert found.where.endswith(where)
    assert parse(found.text) == found


@pytest.mark.parametrize(
    "text",
    ["", "npm:", "npm:latest", "npm:4.10.1 --evil", "release:4", "release:4.1.0/../../x", "http://a/b.js", "s3://a"],
)
def test_what_is_no_choice_is_refused(text: str) -> None:
    with pytest.raises(TrackerError):
        parse(text)


# Names.


def test_names_are_new_each_time_and_on_no_list() -> None:
    made = {new_key("4.10.1") for _ in range(200)}
    assert len(made) == 200
    for key in made:
        folder, _, name = key.partition("/")
        assert folder == "4.10.1"
        assert set(name.removesuffix(".js")) <= set(LETTERS)
        assert not any(word in key for word in BLOCKED_WORDS)


def test_a_folder_gets_a_name_and_a_name_stays() -> None:
    assert served_at(" https://www.example.org/a/b.js ") == "https://www.example.org/a/b.js"
    made = served_at("https://www.example.org/assets/")
    assert made.startswith("https://www.example.org/assets/")
    assert made.endswith(".js")


@given(st.text(max_size=60))
def test_no_address_makes_it_crash(text: str) -> None:
    for given_text in (text, f"https://{text}", f"https://a.example/{text}"):
        try:
            assert served_at(given_text).startswith("https://")
        except TrackerError:
            continue


# Packages.


def packed(**files: bytes) -> bytes:
    """A package as npm packs it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def linked(name: str, target: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, target
        archive.addfile(info)
    return buffer.getvalue()


BUNDLE = knowledge().bundle


def test_only_the_named_file_is_taken_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = member(packed(**{"../../evil.js": b"evil", "/etc/evil": b"evil", BUNDLE: b"good"}), BUNDLE)
    assert found == b"good"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "words"),
    [
        pytest.param(
            packed(**{f"../{BUNDLE}": b"x", f"/{BUNDLE}": b"x", f"./{BUNDLE}/": b"x"}),
            "contains no file",
            id="paths that leave",
        ),
        pytest.param(linked(BUNDLE, "/etc/passwd"), "contains no file", id="link"),
        pytest.param(packed(**{BUNDLE: b"x" * (LIMIT + 1)}), "contains no file", id="too long"),
        pytest.param(packed(**{BUNDLE: V4.read_bytes()})[:900], "damaged", id="cut"),
        pytest.param(b"no package", "damaged", id="no archive"),
        pytest.param(packed(bomb=b"\0" * (33 * 1024 * 1024)), "unpacks to more", id="bomb"),
    ],
)
def test_a_package_that_is_none_is_refused(package: bytes, words: str) -> None:
    with pytest.raises(TrackerError, match=words):
        member(package, BUNDLE)


# The npm client.


@dataclass
class Registry:
    """A registry on loopback that knows one package; every client reads its address from the environment."""

    package: bytes
    integrity: str | None = None
    status: int = 200
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def document(self) -> dict[str, object]:
        digest_of = self.integrity or f"sha512-{b64encode(hashlib.sha512(self.package).digest()).decode()}"
        dist = {"tarball": f"{self.address}/p.tgz", "integrity": digest_of}
        name = knowledge().package
        version = {"name": name, "version": "4.10.1", "dist": dist}
        return {"name": name, "dist-tags": {"latest": "4.10.1"}, "versions": {"4.10.1": version}}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    require("npm")
    made = Registry(packed(**{"package/package.json": b"{}", BUNDLE: V4.read_bytes()}))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(unquote(self.path))
            body = made.package if self.path.endswith(".tgz") else json.dumps(made.document()).encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in (
        ("npm_config_registry", made.address),
        ("npm_config_cache", str(tmp_path / "cache")),
        ("npm_config_userconfig", str(tmp_path / "npmrc")),
        ("npm_config_fetch_retries", "0"),
        ("HOME", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    yield made
    server.shutdown()
    server.server_close()


def test_the_users_npm_client_gets_the_bundle(registry: Registry) -> None:
    assert npm.bundle("4.10.1") == V4.read_bytes()
    assert set(registry.asked) == {"/@snowplow/browser-tracker", "/p.tgz"}
    found = anyio.run(lambda: fetch(Nowhere({}), parse("npm:4.10.1")))
    assert (found.version, found.flavour) == ("4.10.1", Flavour.UMD)


def test_a_version_that_does_not_exist_is_said(registry: Registry) -> None:
    with pytest.raises(TrackerError, match="no such version"):
        npm.bundle("4.99.0")
    assert set(registry.asked) == {"/@snowplow/browser-tracker"}


def test_a_registry_without_the_package_is_said(registry: Registry) -> None:
    registry.status = 404
    with pytest.raises(TrackerError, match="doesn't have the package"):
        npm.bundle("4.10.1")


def test_a_package_that_is_not_what_the_registry_says_is_refused(registry: Registry) -> None:
    registry.integrity = f"sha512-{b64encode(b'x' * 64).decode()}"
    with pytest.raises(TrackerError, match="isn't what the registry says"):
        npm.bundle("4.10.1")


def test_a_registry_that_cannot_be_reached_says_what_else_to_do(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    del registry
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    with pytest.raises(TrackerError, match=r"refuses the connection.*--tracker FILE"):
        npm.bundle("4.10.1")


def test_without_an_npm_client_another_way_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(TrackerError, match=r"no npm client.*release:4.10.1"):
        npm.bundle("4.10.1")


# Addresses.


@dataclass
class Nowhere:
    """A `Web` that answers from a list; implements `wizard.model.ports.Web`."""

    answers: Mapping[str, Response | WebError]

    async def get(
        self,
        url: str,
        *,
        connect_to: str | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = 65_536,
        redirects: int = 0,
    ) -> Response:
        assert (connect_to, headers) == (None, None)
        assert limit == LIMIT
        assert redirects > 0
        answer = self.answers[url]
        if isinstance(answer, WebError):
            raise answer
        return answer

    async def handshake(self, name: str, *, connect_to: str | None = None) -> Handshake:
        raise NotImplementedError

    async def old_tls(self, name: str, *, connect_to: str | None = None) -> str | None:
        raise NotImplementedError


RELEASE = knowledge().release.format(version="4.10.1", file="sp.js")


def got(answer: Response | WebError, choice: str = "release:4.10.1") -> str:
    source = parse(choice)
    return anyio.run(lambda: fetch(Nowhere({source.where: answer}), source)).version


def response(status: int, body: bytes) -> Response:
    return Response(status, {}, body, "", 0.0)


def test_a_release_is_downloaded_and_its_version_checked() -> None:
    assert got(response(200, tag_build())) == "4.10.1"
    with pytest.raises(TrackerError, match=r"asked for version 4\.9\.0"):
        got(response(200, tag_build()), "release:4.9.0")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (response(404, b""), "no release 4.10.1"),
        (response(503, b""), "HTTP status 503"),
        (WebError("resolve", "no address is known"), "npm:4.10.1.*--tracker FILE"),
        (WebError("timeout", "timed out"), "--tracker FILE"),
        (WebError("protocol", "the address redirects to one that is isn't HTTPS"), "isn't HTTPS"),
        (response(200, b"<html>Sign in to the company's network</html>" * 200), "web page"),
    ],
)
def test_a_download_that_fails_says_why_and_what_else_to_do(answer: Response | WebError, words: str) -> None:
    with pytest.raises(TrackerError, match=words):
        got(answer)


# The shelf.


def test_a_kept_file_is_private_and_a_damaged_one_is_not_handed_out(tmp_path: Path) -> None:
    blobs, content = BlobFolder(tmp_path), V4.read_bytes()
    assert blobs.read(integrity(content)) is None
    blobs.keep(content)
    blobs.keep(content)
    assert blobs.read(integrity(content)) == content
    (file,) = (tmp_path / "files").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"other")
    assert blobs.read(integrity(content)) is None
