"""The advice of each problem, followed: provoked, carried out by the command line as written, and looked at again.

Every problem whose steps are commands of snowpixel's stands in one of two tables: what provokes it, so that the test
can follow the steps; or why no test here can, which is for a person to judge.
"""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands.conftest import Cli, Ran
from tests.commands.test_advised_commands import IN_TEXT
from tests.drift.standing import Behind
from tests.drift.test_distribution import _behavior, _only_signed, _set
from tests.probes.seen_from import GIF
from tests.trackers import V4
from wizard.knowledge.problems import explain, known
from wizard.model.digest import integrity
from wizard.model.results import Problem, Snapshot
from wizard.model.setup import ViewerPolicy
from wizard.practice.worldfile import WorldFile

pytestmark = pytest.mark.process

OF_NO_SETUP = re.compile(r"snowpixel [a-z]+ NAME")

PAGE = "https://www.site.invalid/"

ACTING = ("apply", "plan", "remove", "repair", "set")
"""Commands that change something, or look whether they would."""


def _put(body: bytes, kind: str = "image/gif", cache: str = "max-age=0, s-maxage=31536000") -> Callable[[Behind], None]:
    """Serve another file in the pixel's place."""

    def happen(behind: Behind) -> None:
        metadata = {"snowpixel": behind.product.setup().id}
        behind.s3.put_object(
            Bucket=behind.content, Key="i", Body=body, ContentType=kind, CacheControl=cache, Metadata=metadata
        )

    return happen


def _choose(behind: Behind) -> None:
    """Choose otherwise, and do not apply it."""
    behind.product.service.choose("main", viewer=ViewerPolicy.HTTPS_ONLY)


def _older_recipe(behind: Behind) -> None:
    path = behind.product.service.store.home / "setups" / "main.json"
    saved = json.loads(path.read_text(encoding="utf-8"))
    saved["recipe"] -= 1
    path.write_text(json.dumps(saved), encoding="utf-8")


def _signed(behind: Behind) -> None:
    behind.edit(_only_signed(behind))


def _no_statements(behind: Behind) -> None:
    behind.policy(behind.content, lambda statements: statements.clear())


def _no_name(behind: Behind) -> None:
    behind.edit(
        lambda config: config.update(Aliases={"Quantity": 0}, ViewerCertificate={"CloudFrontDefaultCertificate": True})
    )


FOLLOWED: Mapping[str, Callable[[Behind], None]] = {
    "alias-not-attached": _no_name,
    "cache-control-differs": _put(GIF, cache="no-store"),
    "certificate-not-attached": _no_name,
    "content-type-wrong": _put(GIF, kind="text/plain"),
    "cors-missing": _behavior(ResponseHeadersPolicyId=""),
    "drift": _set(DefaultRootObject=""),
    "earlier-recipe": _older_recipe,
    "gone": lambda behind: behind.s3.delete_object(Bucket=behind.content, Key="i"),
    "http-served-plain": _behavior(ViewerProtocolPolicy="allow-all"),
    "not-applied": _choose,
    "pixel-access-denied": _no_statements,
    "pixel-broken": _put(b"<html>"),
    "viewer-access-restricted": _signed,
    "viewer-policy-differs": _behavior(ViewerProtocolPolicy="https-only"),
}
"""What provokes a problem in a setup that stands."""


@dataclass(frozen=True)
class Begun:
    """A problem of a setup that doesn't stand yet.

    Attributes:
        new: how the setup is saved; `HERE` stands for the test's folder.
        provoke: what happens in that folder before anything is created.
        values: what a user types in place of a word in the advice.
        shows: the command that names the problem.
    """

    new: tuple[str, ...]
    provoke: Callable[[Path], object] = lambda _: None
    values: Mapping[str, str] = field(default_factory=dict)
    shows: tuple[str, ...] = ("apply", "main", "--yes", "--wait", "0")


ON_OWN_SERVER = ("--goal", "js-server", "--tracker", "HERE/sp.js")
"""The tracker alone, which needs no AWS."""


def _tracker(folder: Path, *more: bytes) -> None:
    (folder / "sp.js").write_bytes(b"".join((V4.read_bytes(), *more)))


def _tracker_and_file(folder: Path) -> None:
    _tracker(folder)
    (folder / "file").write_text("in the way")


BEGUN: Mapping[str, Begun] = {
    "not-made": Begun(("--no-domain",), shows=("check", "main")),
    "pixel-unusable": Begun(
        ("--no-domain", "--pixel", "HERE/own.gif"), lambda folder: (folder / "own.gif").write_bytes(b"<html>not here")
    ),
    "tracker-folder": Begun(
        (*ON_OWN_SERVER, "--tracker-url", f"{PAGE}a1.js", "--tracker-folder", "HERE/file/tracker"),
        _tracker_and_file,
        {"DIR": "HERE/other"},
    ),
    "tracker-hash": Begun(
        (*ON_OWN_SERVER, "--tracker-url", f"{PAGE}a1.js", "--sha384", integrity(V4.read_bytes())),
        lambda folder: _tracker(folder, b"\n/* newer */"),
    ),
}
"""What provokes a problem in a setup that is only chosen yet."""

TO_DELETE = "record-to-delete"
"""Said during a removal."""

IN_USE = "name-in-use"
"""Said of a setup that doesn't stand yet: followed in a test of its own."""

KEYS = "about keys or sign-ins of this computer, which only the user has: the commands show or print something"
NAMES = "the hostname is the user's to choose, and its record the user's to add: tests/problems/dns provokes it"
CONSOLE = "the first step is the user's, in the AWS console or at the DNS provider; the command only looks or goes on"
TAG = (
    "the user pastes the tag into a page: tests/snowplow/pagecheck and tests/snowplow/browserproof judge what is pasted"
)
BROWSER = "needs the user's browser: tests/snowplow/browserproof opens one on each"
SOURCE = "the file's source is the user's to choose: tests/snowplow/tracker and tests/commands/test_cli_tracker.py do"
WAITING = "hours or a day must pass: tests/scenarios and tests/probes play them with their own clock"
UNLIKE = "the practice edge doesn't answer like this: tests/problems/https provokes it with a server that does"

NOT_FOLLOWED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "administrator", "kept-keys-unreadable", "keys-unusable", "login-extra-missing", "long-lived-keys",
            "mfa-needed", "no-credentials", "permission-missing", "profile-incomplete", "profile-missing",
            "program-failed", "program-missing", "region-not-enabled", "root-user", "wrong-account",
        ),
        KEYS,
    ),
    **dict.fromkeys(
        (
            "alias-on-distribution", "apex-cname", "apex-of-subzone", "cname-taken", "dname-above",
            "resolver-blocks", "set-up-in-account", "subdelegation-dead",
        ),
        NAMES,
    ),
    **dict.fromkeys(
        (
            "captive-portal", "certificate-in-use", "certificate-refused", "cors-twice", "distribution-of-another",
            "edge-function", "edited-meanwhile", "files-kept", "foreign-bucket", "origin-access-in-use",
            "policy-denies", "unexpected-redirect",
        ),
        CONSOLE,
    ),
    **dict.fromkeys(
        (
            "browser-credentials", "browser-post", "browser-preflight", "page-conditional", "page-crossorigin",
            "page-in-frame", "page-integrity", "page-losses", "page-mixed", "page-name-taken", "page-no-tag",
            "page-no-view", "page-old-loader", "page-old-tracker", "page-only-image", "page-other-collector",
            "page-other-tracker", "page-own-scripts", "page-settings", "page-syntax", "page-tag-manager",
            "page-unchecked", "seen-nothing", "seen-stuck",
        ),
        TAG,
    ),
    **dict.fromkeys(
        (
            "browser-address", "browser-certificate", "browser-cors", "browser-csp", "browser-none",
            "browser-not-started", "browser-refused",
        ),
        BROWSER,
    ),
    **dict.fromkeys(
        (
            "tracker-cors", "tracker-differs", "tracker-in-use", "tracker-missing", "tracker-moved", "tracker-unusable",
            "tracker-url-missing",
        ),
        SOURCE,
    ),
    **dict.fromkeys(("certificate-expired", "event-not-logged", "takeover-risk"), WAITING),
    **dict.fromkeys(
        (
            "aws-missing", "bucket-gone", "bucket-redirect", "cors-narrow", "edge-busy", "origin-moved",
            "origin-unreachable", "pixel-missing", "tls-old-accepted", "tls-refused", "unexpected-status",
        ),
        UNLIKE,
    ),
}  # fmt: skip
"""Why a problem's commands are not carried out here."""


def commands(problem: Problem) -> list[list[str]]:
    """Return the arguments of the commands in a problem's steps, as the user of the setup `main` reads them."""
    return _in(explain(problem, "main").steps)


def _in(steps: Iterable[str]) -> list[list[str]]:
    found = [command for step in steps for command in IN_TEXT.findall(step)]
    return [shlex.split(command)[1:] for command in found if command.startswith("snowpixel ")]


def of(behind: Behind, folder: Path) -> Cli:
    """Return the command line on the computer of a setup that stands."""
    home = behind.product.service.store.home
    practice = Path(behind.product.world.ca_file).parent
    return Cli(folder, practice=practice, extra={"SNOWPIXEL_HOME": os.fspath(home)})


def problems(snapshot: Snapshot) -> dict[str, Problem]:
    """Return the problems of a walk by their ids."""
    return {check.problem.id: check.problem for check in snapshot.checks if check.problem}


@pytest.mark.parametrize("name", FOLLOWED)
def test_who_follows_the_advice_is_rid_of_the_problem(
    name: str, standing: Callable[[str], Behind], tmp_path: Path
) -> None:
    behind = standing("domain")
    assert name not in problems(behind.product.check())
    FOLLOWED[name](behind)
    behind.control.forget_cache()
    raised = problems(behind.product.check())
    assert name in raised, raised
    advised = [arguments for arguments in commands(raised[name]) if arguments[0] in ACTING]
    assert advised
    run = of(behind, tmp_path)
    for arguments in advised:
        agreed = [] if arguments[0] in ("plan", "set") else ["--yes"]
        ran = run(*arguments, *agreed)
        assert ran.code == 0, (arguments, ran.out, ran.err)
    behind.control.forget_cache()
    assert name not in problems(behind.product.check())


@pytest.mark.parametrize("name", BEGUN)
def test_who_follows_the_advice_before_a_setup_stands_is_rid_of_the_problem(
    name: str, world: WorldFile, tmp_path: Path
) -> None:
    begun, run = BEGUN[name], Cli(tmp_path, practice=Path(world.ca_file).parent)

    def filled(word: str) -> str:
        return begun.values.get(word, word).replace("HERE", str(tmp_path))

    (tmp_path / "own.gif").write_bytes(GIF)
    _tracker(tmp_path)
    saved = run("new", "main", *map(filled, begun.new))
    assert saved.code == 0, saved.err
    begun.provoke(tmp_path)
    raised = _shown(run(*begun.shows, "--json"))
    assert name in raised, raised
    [advised, *_] = [arguments for arguments in raised[name] if arguments[0] in ACTING]
    agreed = ["--yes"] if advised[0] == "apply" else []
    followed = run(*map(filled, advised), *agreed)
    assert followed.code == 0, (advised, followed.out, followed.err)
    assert name not in _shown(run(*begun.shows, "--json"))


def _shown(ran: Ran) -> dict[str, list[list[str]]]:
    """Return the problems of a run by their ids, each with the commands of its steps, as the JSON tells them."""
    assert not OF_NO_SETUP.search(ran.out), ran.out
    data = ran.document["data"]
    rows = data["setups"][0]["checks"] if "setups" in data else data["checks"]
    told = [row["problem"] for row in rows if row["problem"]]
    return {one["id"]: _in(one["steps"]) for one in told}


def test_a_removal_waits_for_a_record_of_a_domain_that_is_lost_until_it_is_told(
    standing: Callable[[str], Behind], tmp_path: Path
) -> None:
    behind = standing("domain")
    run = of(behind, tmp_path)
    removing = ("remove", "main", "--yes", "--delete-logs", "--wait", "0")
    raised = _shown(run(*removing, "--json"))
    assert list(raised) == [TO_DELETE]
    [advised] = raised[TO_DELETE]
    followed = run(*advised, *removing[2:])
    assert followed.code == 0, (followed.out, followed.err)
    assert behind.product.service.store.names() == ()


def test_who_takes_the_free_name_that_is_suggested_is_rid_of_the_problem(
    standing: Callable[[str], Behind], tmp_path: Path
) -> None:
    behind = standing("plain")
    behind.control.add_record(f"px.{behind.product.world.zone}", "A", "192.0.2.7")
    run = of(behind, tmp_path)
    ran = run("new", "shop", "--domain", f"px.{behind.product.world.zone}", "--json")
    [warning] = ran.document["data"]["warnings"]
    assert warning["problem"]["id"] == IN_USE
    step = warning["problem"]["steps"][0]
    free = re.search(r"such as (\S+): ", step)
    assert free
    [command] = IN_TEXT.findall(step)
    arguments = shlex.split(command.replace("OTHER", free[1]))[1:]
    assert arguments == ["set", "shop", "--domain", free[1]]
    followed = run(*arguments, "--json")
    assert (followed.code, followed.document["data"]["warnings"]) == (0, [])


def test_every_problem_with_a_command_is_followed_or_says_why_not() -> None:
    with_command = {name for name in known() if commands(Problem(name))}
    assert set(FOLLOWED) | set(BEGUN) | set(NOT_FOLLOWED) | {IN_USE, TO_DELETE} == with_command
    assert not (set(FOLLOWED) | set(BEGUN) | {IN_USE, TO_DELETE}) & set(NOT_FOLLOWED)


def test_no_step_leaves_a_placeholder_for_the_setups_name() -> None:
    for name in known():
        for arguments in commands(Problem(name)):
            assert arguments[1:2] != ["NAME"], (name, arguments)
