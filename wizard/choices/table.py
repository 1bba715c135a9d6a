"""Every choice about a setup, each declared once: what it sets, how it is cleaned and shown, and when it applies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.choices import cleaners
from wizard.model import validators
from wizard.model.fields import QUESTIONS, Question
from wizard.model.setup import Goal, SetupChoices
from wizard.model.validators import InvalidChoice
from wizard.snowplow.pixel_image import PixelError
from wizard.snowplow.tracker.file_names import served_at
from wizard.snowplow.tracker.tracker_file import TrackerError

Applies = Callable[[SetupChoices], bool]


@dataclass(frozen=True)
class Choice:
    """One thing that a user can choose.

    Attributes:
        id: its name among the questions (`assets/questions.toml`), and of its flag.
        field: the field of `SetupChoices` that it sets.
        clean: makes the value of what was typed; see `read`.
        write: shows a value as it would be typed.
        metavar: what --help shows in place of a value.
        words: the words that it is chosen from, if it is.
        applies: whether it makes a difference beside the other choices.
        rare: whether most people never need it.
        many: whether its flag may be repeated.
    """

    id: str
    field: str
    clean: Callable[[str], Any]
    write: Callable[[Any], str] = str
    metavar: str = ""
    words: tuple[str, ...] = ()
    applies: Applies = lambda _: True
    rare: bool = False
    many: bool = False

    @property
    def question(self) -> Question:
        """Its label, why it is asked, and what --help says."""
        return QUESTIONS[self.id]

    @property
    def flag(self) -> str:
        """The flag that sets it."""
        return f"--{self.id.replace('_', '-')}"

    def read(self, text: str) -> Any:
        """Return the value of what was typed.

        Raises:
            InvalidChoice: it cannot be used; the text says why.
        """
        try:
            return self.clean(text)
        except (PixelError, TrackerError) as error:
            raise InvalidChoice(str(error)) from error

    def shown(self, choices: SetupChoices) -> str:
        """Return what is chosen, as it would be typed; "" where nothing is."""
        value = getattr(choices, self.field)
        return "" if value is None else self.write(value)


def _for(*goals: Goal) -> Applies:
    return lambda choices: bool(set(goals) & set(choices.goals))


_AT_CLOUDFRONT = _for(Goal.PIXEL, Goal.JS_BUCKET)
_JAVASCRIPT = _for(Goal.JS_BUCKET, Goal.JS_SERVER)
_OWN_SERVER = _for(Goal.JS_SERVER)


def _word(words: Mapping[str, Any]) -> Callable[[Any], str]:
    return lambda value: next(word for word, meant in words.items() if meant is value)


CHOICES = (
    Choice("goal", "goals", cleaners.goals, ",".join, "GOAL,..."),
    Choice("domain", "domain", validators.host_name, metavar="NAME", applies=_AT_CLOUDFRONT),
    Choice("region", "region", validators.region, metavar="REGION", applies=_AT_CLOUDFRONT),
    Choice("pixel", "pixel", cleaners.pixel, metavar="URL|FILE|builtin", applies=_for(Goal.PIXEL)),
    Choice("retention", "retention_days", validators.retention_days, metavar="DAYS", applies=_AT_CLOUDFRONT),
    Choice("events", "events_per_month", cleaners.events, "{:,}".format, metavar="N", applies=_AT_CLOUDFRONT),
    Choice(
        "viewer", "viewer", cleaners.word_of(cleaners.VIEWERS), _word(cleaners.VIEWERS),
        words=tuple(cleaners.VIEWERS), applies=_AT_CLOUDFRONT, rare=True,
    ),
    Choice(
        "certificate", "certificate", cleaners.certificate, metavar="ARN|new", rare=True,
        applies=lambda choices: _AT_CLOUDFRONT(choices) and choices.domain is not None,
    ),
    Choice("tracker", "tracker", cleaners.tracker, metavar="SOURCE", applies=_JAVASCRIPT),
    Choice("sha384", "tracker_sha384", cleaners.sha384, metavar="HASH", applies=_JAVASCRIPT, rare=True),
    Choice("tracker_url", "tracker_url", served_at, metavar="URL", applies=_OWN_SERVER),
    Choice("tracker_folder", "tracker_folder", cleaners.folder, metavar="DIR", applies=_OWN_SERVER, rare=True),
    Choice(
        "old_trackers", "tracker_old", cleaners.word_of(cleaners.OLD_TRACKERS), words=tuple(cleaners.OLD_TRACKERS),
        applies=_for(Goal.JS_BUCKET), rare=True,
    ),
    Choice(
        "page", "pages", cleaners.pages, " ".join, metavar="URL", applies=_for(Goal.JS_BUCKET), rare=True, many=True
    ),
    Choice("profile", "profile", validators.profile, metavar="NAME"),
)  # fmt: skip
"""All of them, in the order in which they are asked for."""

CHOICE: Mapping[str, Choice] = {choice.id: choice for choice in CHOICES}
"""Each by its id."""


SUGGESTED = (Goal.PIXEL, Goal.JS_BUCKET)
"""What a new setup is for, unless the user says otherwise: the tag needs the tracker, and works when it is pasted."""


def suggested(zone: str | None = None) -> SetupChoices:
    """Return what a new setup begins with: what every form and question offers, and what `new` fills in.

    Args:
        zone: the user's domain, where it is known; a hostname below it is suggested.
    """
    names = validators.suggest(zone) if zone else ()
    return SetupChoices(goals=SUGGESTED, domain=names[0] if names else None)


def refuse_incoherent(choices: SetupChoices) -> None:
    """Make sure that the choices fit together.

    Raises:
        TrackerError: they do not.
    """
    if Goal.JS_SERVER in choices.goals and choices.tracker_url is None:
        raise TrackerError(
            "For your own web server, enter where it will serve the file (--tracker-url), such as "
            "https://www.example.org/assets/ (with the slash, snowpixel makes up a file name)."
        )
