"""The tracker on the command line: choices, the tag, a live page, and the proof in a browser."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.commands.conftest import Cli
from tests.commands.test_cli_in_practice import client
from tests.support import require
from tests.trackers import V3, V4
from wizard.model.digest import integrity
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

V4_HEX = hashlib.sha384(V4.read_bytes()).hexdigest()
JS = ("--goal", "pixel,js-bucket", "--tracker", str(V4))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--goal", "pixel,moon"), "one or more of these"),
        (("--tracker", "http://example.org/sp.js"), "Only HTTPS"),
        (("--tracker", "release:latest"), "A version looks like"),
        (("--tracker", "release:4.10.1/evil.js"), "A release has these files"),
        (("--tracker", "/nowhere/sp.js"), "can't be read"),
        (("--tracker", str(Path(__file__))), "not a Snowplow tracker"),
        (("--sha384", "abc"), "A SHA-384 is"),
        (("--goal", "js-server"), "--tracker-url"),
        (("--tracker-url", "https://example.org/tracking.js"), "block lists"),
        (("--tracker-url", "ftp://example.org/a.js"), "begin with https:"),
        (("--page", "example.org"), "isn't the address of a page"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(alone: Cli, flags: tuple[str, ...], said: str) -> None:
    ran = alone("new", "main", *flags)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert alone("list", "--json").document["data"]["setups"] == []


def test_choices_are_saved_cleaned(alone: Cli) -> None:
    ran = alone(
        "new", "main", "--goal", "js-server, pixel", "--tracker", "npm:4.10.1", "--sha384", V4_HEX, "--page",
        "https://www.example.org/", "--tracker-url", "https://www.example.org/assets/", "--old-trackers", "remove",
        "--tracker-folder", "out",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    saved = alone.saved("main")["choices"]
    assert saved["goals"] == ["pixel", "js-server"]
    assert saved["tracker"] == "npm:4.10.1"
    assert saved["tracker_sha384"] == integrity(V4.read_bytes())
    assert saved["tracker_url"].startswith("https://www.example.org/assets/")
    assert saved["tracker_url"].endswith(".js")
    assert saved["tracker_folder"] == str(alone.folder / "out")
    assert saved["pages"] == ["https://www.example.org/"]
    assert alone("set", "main", "--page", "none").code == 0
    assert alone.saved("main")["choices"]["pages"] == []


def test_the_tracker_alone_needs_no_aws(alone: Cli) -> None:
    made = alone(
        "new", "main", "--goal", "js-server", "--tracker", str(V4), "--tracker-url", "https://www.site.invalid/a/x1.js"
    )
    assert made.code == 0, made.err
    ran = alone("--nameserver", "127.0.0.1:9", "apply", "main", "--yes", "--wait", "0", "--json")
    assert ran.code == 3, ran.out + ran.err
    checks = {check["id"]: check for check in ran.document["data"]["checks"]}
    assert set(checks) == {"tracker-file", "tracker-folder", "tracker-server"}
    assert checks["tracker-folder"]["status"] == "ok"
    folder = alone.home / "web" / "main"
    assert (folder / "x1.js").read_bytes() == V4.read_bytes()
    element = alone("snippet", "main", "--json").document["data"]["tag"]
    assert 'crossorigin="anonymous"' in element
    assert f'integrity="{integrity(V4.read_bytes())}" src="https://www.site.invalid/a/x1.js"' in element
    assert alone("snippet", "main", "--check", "https://www.site.invalid/").code == 2


def test_a_bucket_without_a_pixel_gets_no_tag_that_sends_to_it(cli: Cli) -> None:
    assert cli("new", "main", "--no-domain", "--goal", "js-bucket", "--tracker", str(V4)).code == 0
    assert cli("snippet", "main").code == 3
    ran = cli("apply", "main", "--yes")
    assert ran.code == 0, ran.out + ran.err
    parts = cli("snippet", "main", "--json").document["data"]
    assert parts["host"] is None
    assert parts["tag"].startswith("<script")
    assert "newTracker" not in parts["tag"]
    assert f"/{cli.saved('main')['made']['tracker']['key']}" in parts["tag"]


@pytest.fixture
def served(cli: Cli) -> Cli:
    """A finished setup with pixel and tracker, on CloudFront's own name."""
    assert cli("new", "main", "--no-domain", *JS).code == 0
    ran = cli("apply", "main", "--yes")
    assert ran.code == 0, ran.out + ran.err
    return cli


def test_the_snippet_knows_the_file(served: Cli, tmp_path: Path) -> None:
    parts = served("snippet", "main", "--json").document["data"]
    file = served.saved("main")["made"]["tracker"]
    assert f"{parts['host']}/{file['key']}" in parts["tag"]
    assert file["sha384"] in parts["tag"]
    assert parts["hint"] == ""
    written = served("snippet", "main", "--variant", "npm", "--pings", "--out", str(tmp_path / "tag.js"))
    assert written.code == 0
    assert "enableActivityTracking" in (tmp_path / "tag.js").read_text()
    assert "Google Tag Manager" in served("snippet", "main", "--variant", "gtm").out


def test_a_tag_replaces_an_earlier_one_and_no_other_file(served: Cli, tmp_path: Path) -> None:
    file = tmp_path / "tag.html"
    for options in ((), ("--app-id", "shop")):
        assert served("snippet", "main", "--out", str(file), *options).code == 0
    assert "shop" in file.read_text()
    refused = served("snippet", "main", "--variant", "npm", "--out", str(file))
    assert refused.code == 2
    assert "left alone" in refused.err
    assert "shop" in file.read_text()
    nowhere = served("snippet", "main", "--out", str(tmp_path / "nowhere" / "tag.html"))
    assert nowhere.code == 2
    assert "can't be written" in nowhere.err


def test_a_file_with_another_hash_than_demanded_is_not_taken(served: Cli) -> None:
    wrong = integrity(V3.read_bytes())
    assert served("set", "main", "--sha384", wrong).code == 0
    ran = served("apply", "main", "--yes", "--wait", "0")
    assert ran.code == 1
    assert "The file has changed" in ran.out
    assert wrong in ran.out


def test_a_page_that_does_not_answer_is_unseen(served: Cli) -> None:
    ran = served("snippet", "main", "--check", "https://nowhere.example.test/", "--json")
    assert ran.code == 3
    assert ran.document["data"]["checks"][0]["status"] == "unknown"


def test_browse_goes_all_the_way_in_practice(served: Cli, world: WorldFile) -> None:
    require("chromium")
    parts = served("snippet", "main", "--json").document["data"]
    url = f"https://{parts['host']}/page.html"
    client(world, "s3").put_object(
        Bucket=served.saved("main")["made"]["content_bucket"],
        Key="page.html",
        ContentType="text/html",
        Body=f"<html><head>{parts['tag']}</head></html>".encode(),
    )
    ran = served("browse", "main", "--like", url, "--json")
    assert ran.code == 0, ran.out + ran.err
    assert "Open this address" in ran.err
    taken = ran.document["data"]["like"]
    assert taken in ran.err
    assert taken.startswith(f"Taken from {url}, as Chrome/")
    assert "sent by GET, requests carry no cookies, the tracker's name is 'own'." in taken
    run = json.loads(ran.out)["data"]["run"]
    assert [event["Event"] for event in run["events"]] == ["page view", "struct", "struct"]
    assert served("check", "main", "--only", "event").code == 0


def test_browse_needs_a_pixel(alone: Cli) -> None:
    alone("new", "main", "--goal", "js-server", "--tracker-url", "https://www.site.invalid/a/x1.js")
    ran = alone("browse", "main")
    assert ran.code == 2
    assert "no pixel" in ran.err


def test_a_live_page_is_looked_at(served: Cli, world: WorldFile) -> None:
    parts = served("snippet", "main", "--json").document["data"]
    bucket = served.saved("main")["made"]["content_bucket"]
    url = f"https://{parts['host']}/page.html"
    put = {"Bucket": bucket, "Key": "page.html", "ContentType": "text/html"}
    client(world, "s3").put_object(Body=f"<html><head>{parts['tag']}</head></html>".encode(), **put)
    ran = served("snippet", "main", "--check", url)
    assert ran.code == 0, ran.out + ran.err
    assert "It loads tracker 4.10.1, and checks it" in ran.out
    client(world, "s3").put_object(Body=b"<html><head></head></html>", **put)
    Control(world).forget_cache()
    ran = served("snippet", "main", "--check", url, "--json")
    assert ran.code == 1
    assert ran.document["data"]["checks"][0]["problem"]["id"] == "page-no-tag"


def test_a_live_page_is_opened_in_a_browser(served: Cli, world: WorldFile, tmp_path: Path) -> None:
    require("chromium")
    parts = served("snippet", "main", "--json").document["data"]
    bucket = served.saved("main")["made"]["content_bucket"]
    url = f"https://{parts['host']}/page.html"
    put = {"Bucket": bucket, "Key": "page.html", "ContentType": "text/html"}
    client(world, "s3").put_object(Body=f"<html><head>{parts['tag']}</head></html>".encode(), **put)
    ran = served("snippet", "main", "--check", url, "--browser")
    assert ran.code == 0, ran.out + ran.err
    assert "In a browser, tracker 'own' sends 1 event to" in ran.out
    Control(world).forget_cache()
    client(world, "s3").put_object(Body=b"<html><head><script src='/app.js'></script></head></html>", **put)
    ran = served("snippet", "main", "--check", url)
    assert ran.code == 3
    assert f"snowpixel snippet main --check {url} --browser" in ran.out
    ran = served("snippet", "main", "--check", url, "--browser", "--json", PATH=str(tmp_path))
    assert ran.code == 3
    found = [check["problem"]["id"] for check in ran.document["data"]["checks"]]
    assert found == ["page-own-scripts", "seen-no-browser"]


def test_the_browser_needs_a_page(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    ran = alone("snippet", "main", "--browser")
    assert ran.code == 2
    assert "--check" in ran.err
