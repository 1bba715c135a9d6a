"""The wheel, installed into a folder of its own: everything is in it, and it works outside the sources and offline."""

import email.message
import email.parser
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from hatch_build import for_index
from tests.packages.pins import ROOT, project
from tests.support import lacking, require

Folder = Path


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as pip would, without asking an index for what builds it."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], capture_output=True, check=True, timeout=60)
    return target


def run(installed: Folder, home: Path, *arguments: str, before: tuple[str, ...] = ()) -> str:
    """Run the installed program in an empty folder; its dependencies come from this environment, itself doesn't."""
    home.mkdir(exist_ok=True)
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    found = {"PYTHONPATH": os.pathsep.join([str(installed), *sorted(libraries)]), "HOME": str(home)}
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    ran = subprocess.run(
        [*before, sys.executable, "-S", str(installed / "bin" / "snowpixel"), *arguments],  # -S: not what a .pth adds
        cwd=home,
        env={**kept, **found, "AWS_EC2_METADATA_DISABLED": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_it_holds_the_product_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", "wizard", "screens", "assets"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    ours = {path for path in listed.stdout.split() if (ROOT / path).exists()}
    if not ours:
        lacking("a checkout")
    assert ours <= held
    assert {name.partition("/")[0] for name in held} == {"wizard", "screens", "assets"}
    assert not [name for name in held if "__pycache__" in name or "/tests/" in name]


def metadata(wheel: Path) -> email.message.Message:
    archive = zipfile.ZipFile(wheel)
    name = next(name for name in archive.namelist() if name.endswith("METADATA"))
    return email.parser.Parser().parsestr(archive.read(name).decode())


def test_its_page_has_no_link_that_leads_nowhere(wheel: Path) -> None:
    told = metadata(wheel)
    page = str(told.get_payload())
    assert told["Description-Content-Type"] == "text/markdown"
    assert "# snowpixel" in page
    assert "docs/first-day.md" in page, "its words stay"
    assert re.findall(r"\]\((?!https?://)", page) == []
    assert set(told.get_all("License-File") or ()) == set(project()["project"]["license-files"])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "A  b c d <https://x.test> [web](https://x.test/)"),
        (
            "https://x.test/main/",
            (
                "A ![p](https://x.test/main/docs/p.svg) b [c](https://x.test/main/LICENSE) d <https://x.test> "
                "[web](https://x.test/)"
            ),
        ),
    ],
)
def test_links_of_the_readme_become_absolute_or_plain_words(source: str, expected: str) -> None:
    text = "A ![p](docs/p.svg) b [c](LICENSE) d <https://x.test> [web](https://x.test/)"
    assert for_index(text, source) == expected


def test_it_says_where_it_runs_from(installed: Folder, tmp_path: Path) -> None:
    python = "{}.{}".format(*sys.version_info)
    version = project()["project"]["version"]
    assert run(installed, tmp_path / "home", "--version") == f"snowpixel {version} from {installed} (Python {python})\n"


def test_its_data_is_found_outside_the_sources(installed: Folder, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "aws configure" in run(installed, home, "credentials", "--guide")
    assert "cloudfront:CreateDistribution" in run(installed, home, "policy")
    assert "expire" in run(installed, home, "explain", "login-expired")


@pytest.mark.practice
def test_the_whole_road_is_practiced_where_no_network_is(installed: Folder, tmp_path: Path) -> None:
    """Loopback is up, and there is no route to anywhere."""
    space = (require("unshare"), "--user", "--map-root-user", "--net")
    up = "ip link set lo up && ip route && exec"
    require("ip")
    if subprocess.run([*space, "true"], capture_output=True, check=False, timeout=30).returncode:
        lacking("the right to make a network namespace")
    before = (*space, "sh", "-c", f'{up} "$@"', "sh")
    home = tmp_path / "home"
    try:
        said = run(installed, home, "practice", "--plain", "--pace", "0", before=before)
    finally:  # it would stay for its next user, whom no network leads there
        for file in home.rglob("world.json"):
            os.kill(json.loads(file.read_text())["pid"], signal.SIGTERM)
    assert "failed" not in said
    assert "The test event, read back from your log bucket" in said
    assert "10 rows, 10 OK" in said
