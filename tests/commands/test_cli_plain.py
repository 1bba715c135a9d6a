"""The wizard as plain questions: in a real terminal (a pty), and from a script."""

from tests.commands.conftest import Cli
from tests.commands.terminal import Terminal, opened
from wizard.model.fields import QUESTIONS

ESCAPE = "\x1b"


def test_the_whole_road_in_a_dumb_terminal_with_why_back_and_the_checklist(cli: Cli, terminals: list[Terminal]) -> None:
    at = opened(terminals, cli, TERM="dumb")
    asked = at.answer("What for [pixel,js-bucket]: ", "")
    assert "Enter takes the value in brackets" in asked
    at.answer("Hostname (or none: no domain yet) [e.example.test]: ", "why")
    at.until(QUESTIONS["domain"].why)
    at.answer("[e.example.test]: ", "track.example.test")
    at.until("Ad blockers look for this word")
    at.answer("[e.example.test]: ", "hub.example.test")
    at.answer("Region [eu-central-1]: ", "back")
    at.answer("[hub.example.test]: ", "none")
    for question in ("Region", "Pixel", "Keep logs, days", "Events a month", "Tracker", "Setup name"):
        at.answer(f"{question} [", "")
    at.answer("another AWS profile [yes]: ", "")
    plan = at.answer("Create everything? yes or no [no]: ", "yes")
    assert "lists them." in plan
    assert "For 1,000,000 events a month" in plan
    assert "Serving the tracker adds" in plan
    assert "From your pages to your events:\n  Your pages\n  AWS account" in plan.replace("\r", "")
    at.until("Now everything is checked once more")
    code = at.end()
    assert code == 0, at.said
    assert "main: " in at.said
    assert "Next: snowpixel snippet main" in at.said
    assert "✓ OK       First event     page view, " in at.said, "the map ends with it"
    assert ESCAPE not in plan + at.said, "nothing but letters, for screen readers"
    assert cli.saved("main")["choices"]["domain"] is None


def test_a_script_answers_and_an_early_end_loses_nothing(cli: Cli) -> None:
    ran = cli("--plain", stdin="\nnone\n\n\n\n\n\nshop\n\nno\n")
    assert ran.code == 3, ran.out + ran.err
    assert "Nothing was created" in ran.out
    assert cli.saved("shop")["made"]["content_bucket"] is None
    early = cli("--plain", stdin="shop\ncontinue\n")
    assert early.code == 3
    assert "The input ended before the last answer" in early.err
    left = cli("--plain", stdin="quit\n")
    assert left.code == 0
    assert "Continue with: snowpixel --plain" in left.out
    assert cli("--plain", "--json").code == 2


def test_ctrl_c_and_the_end_of_input_leave_at_once(alone: Cli, terminals: list[Terminal]) -> None:
    at = opened(terminals, alone, "--plain")
    at.until("What for [pixel,js-bucket]: ")
    at.press(b"\x03")
    assert at.end() == 130
    assert "Nothing is lost" in at.said
    at = opened(terminals, alone, "--plain")
    at.until("What for [pixel,js-bucket]: ")
    at.press(b"\x04")
    assert at.end() == 3
    assert "Traceback" not in at.said


def test_a_finished_set_up_is_checked_shown_and_removed_only_by_name(made: Cli) -> None:
    checked = made("--plain", stdin="\n\n")
    assert checked.code == 0, checked.out + checked.err
    assert "main: no domain, proven on" in checked.out
    assert "snowplow" in made("--plain", stdin="main\nsnippet\n").out
    kept = made("--plain", stdin="main\nremove\nyes\nback\nquit\n")
    assert "To delete it, type its name: main" in kept.out
    assert made.saved("main")["made"]["distribution"]
    gone = made("--plain", stdin="main\nremove\nmain\n")
    assert gone.code == 0, gone.out + gone.err
    assert made.saved("main")["removed"]


def test_typed_keys_are_never_shown(cli: Cli, terminals: list[Terminal]) -> None:
    assert cli("new", "main", "--no-domain").code == 0
    wrong = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    at = opened(terminals, cli, "--plain")
    at.answer("Which one, or new [main]: ", "")
    at.answer("What [continue]: ", "")
    at.answer("another AWS profile [yes]: ", "keys")
    at.answer("Access key ID: ", "AKIAIOSFODNN7EXAMPLE")
    heard = at.answer_hidden("(not shown): ", wrong)
    heard += at.answer("name of an AWS profile [again]: ", "quit")
    assert at.end() == 0
    assert wrong not in heard + at.said
    assert not any(wrong in file.read_text(errors="replace") for file in cli.folder.rglob("*") if file.is_file())
