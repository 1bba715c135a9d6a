"""The advice of each problem, followed: provoked, carried out by the command line as written, and looked at again.

Every problem whose steps are commands of snowpixel's stands in one of two tables: what provokes it, so that the test
can follow the steps; or why no test here can, which is for a person to judge.
"""

import json
import os
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.commands.conftest import Cli
from tests.commands.test_advised_commands import IN_TEXT
from tests.drift.standing import Behind
from tests.drift.test_distribution import _behavior, _only_signed, _set
from tests.probes.seen_from import GIF
from wizard.knowledge.problems import explain, known
from wizard.model.results import Problem, Snapshot
from wizard.model.setup import ViewerPolicy

pytestmark = pytest.mark.process

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
            "policy-denies", "record-to-delete", "unexpected-redirect",
        ),
        CONSOLE,
    ),
    **dict.fromkeys(
        (
            "browser-credentials", "browser-post", "browser-preflight", "page-crossorigin", "page-no-tag",
            "page-old-tracker", "page-only-image", "page-other-collector", "page-other-tracker", "page-settings",
            "page-tag-manager", "page-unchecked",
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
            "pixel-unusable", "tracker-cors", "tracker-differs", "tracker-folder", "tracker-hash", "tracker-in-use",
            "tracker-missing", "tracker-moved", "tracker-unusable", "tracker-url-missing",
        ),
        SOURCE,
    ),
    **dict.fromkeys(("certificate-expired", "event-not-logged", "takeover-risk"), WAITING),
    **dict.fromkeys(
        (
            "aws-missing", "bucket-gone", "bucket-redirect", "cors-narrow", "edge-busy", "not-made", "origin-moved",
            "origin-unreachable", "pixel-missing", "tls-old-accepted", "tls-refused", "unexpected-status",
        ),
        UNLIKE,
    ),
}  # fmt: skip
"""Why a problem's commands are not carried out here."""


def commands(problem: Problem) -> list[list[str]]:
    """Return the arguments of the commands in a problem's steps, as the user of the setup `main` reads them."""
    found = [command for step in explain(problem, "main").steps for command in IN_TEXT.findall(step)]
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
    assert set(FOLLOWED) | set(NOT_FOLLOWED) | {IN_USE} == with_command
    assert not set(FOLLOWED) & set(NOT_FOLLOWED)


def test_no_step_leaves_a_placeholder_for_the_setups_name() -> None:
    for name in known():
        for arguments in commands(Problem(name)):
            assert arguments[1:2] != ["NAME"], (name, arguments)
