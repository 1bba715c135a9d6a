"""What the set-up is good for now: the tag for the user's pages, the proof, and what to do next."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.page import Page
from screens.places import Place
from screens.widgets.tabs import TAB_KEYS, Tabs
from screens.words import MUTED, lines, say
from wizard.results import Copyable
from wizard.setups import Proof, Setup
from wizard.snippet import Snippet, snippet
from wizard.store import StoreError
from wizard.tagging import loaded_by
from wizard.threads import in_thread


class DonePage(Page):
    """Shows tag, proof and next steps."""

    heading = "Your pixel"
    purpose = "Put the tag into your pages: each page view becomes a line in your bucket."
    step = "Proof"
    BINDINGS: ClassVar[list[BindingType]] = [
        *TAB_KEYS,
        Binding("c", "copy", "Copy"),
        Binding("p", "plain", "Plain text"),
        Binding("k", "checks", "Checks"),
        Binding("v", "events", "Events", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.saved: Setup | None = None
        self.snippet: Snippet | None = None

    def parts(self) -> Iterable[Widget]:
        """Return a tab for each thing."""
        names = {"tag": "Tag", "proof": "Proof", "noscript": "Without JavaScript", "next": "Next steps"}
        yield Tabs({name: (title, Static(id=name)) for name, title in names.items()}, id="done-tabs")

    def buttons(self) -> Iterable[Button]:
        """Return what to do with it."""
        yield Button("Copy the tag", id="copy", compact=True, variant="primary")
        yield Button("Show plainly", id="plain", compact=True)
        yield Button("Run checks", id="checks", compact=True)
        yield Button("Events", id="events", compact=True)
        yield Button("All set-ups", id="home", compact=True)

    def on_mount(self) -> None:
        """Read what was made."""
        self.query_one("#copy").focus()
        self.run_worker(self._load())

    async def _load(self) -> None:
        try:
            self.saved = await in_thread(self.shell.service.store.load, self.setup)
        except StoreError as error:
            self._set("tag", say(f"✗ {error}", "bold $text-error"))
            return
        host = self.saved.choices.domain or self.saved.made.distribution_domain
        if host is None:
            self._set("tag", say("Nothing was made yet. Continue the set-up first."))
            return
        self.snippet = snippet(host, app_id=self.setup, tracker=loaded_by(self.saved))
        self._fill(self.saved, self.snippet)

    def _fill(self, setup: Setup, made: Snippet) -> None:
        hint = [say(made.hint, "$text-warning"), say("")] if made.hint else []
        self._set("tag", lines(*hint, say("Into the <head> of every page:", MUTED), say(made.tag)))
        self._set("proof", _proof(setup.made.proof))
        self._set("noscript", _no_script(made))
        self._set("next", _next(setup))

    def _set(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(content)

    def _values(self) -> tuple[Copyable, ...]:
        if self.snippet is None:
            return ()
        return (
            Copyable("Tag for the <head>", self.snippet.tag),
            Copyable("For the <body>, without JavaScript", self.snippet.no_script),
            Copyable("Image for e-mail", self.snippet.image),
            *(Copyable("Content-Security-Policy", line) for line in self.snippet.csp),
        )

    def action_copy(self) -> None:
        """Copy what the open tab is about; mostly the tag."""
        values = self._values()
        if values:
            which = values[1] if self.query_one(Tabs).active == "noscript" else values[0]
            self.shell.copy(which.label, which.value)

    def action_plain(self) -> None:
        """Show everything outside the wizard, where a terminal can select it."""
        self.shell.plainly("For your pages", self._values())

    def action_events(self) -> None:
        """Show what has arrived."""
        self.shell.visit(Place.EVENTS, self.setup)

    def action_checks(self) -> None:
        """Open the checklist."""
        self.shell.visit(Place.CHECKLIST, self.setup)

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "home":
            self.shell.home()
        else:
            await self.run_action(event.button.id or "copy")


def _proof(proof: Proof | None) -> Content:
    if proof is None:
        return lines(
            say("… The test event has not been found in the logs yet.", "$text-primary"),
            "",
            "AWS writes log files several times an hour; for a new distribution the first one can take some hours. "
            "Continue the set-up from the first page to wait for it, or run the checks later.",
        )
    width = max(map(len, proof.event), default=0) + 2
    event = [Content.assemble(say(f"  {key:<{width}}", MUTED), say(value)) for key, value in proof.event.items()]
    return lines(
        say("✓ This test event went in at the front and was read back from your bucket:", "bold $text-success"),
        "",
        *event,
        "",
        say(f"sent {_at(proof.sent_at)}, found {_at(proof.found_at)}", MUTED),
        say(f"in {proof.log_key}", MUTED),
    )


def _at(when: float) -> str:
    return f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _no_script(made: Snippet) -> Content:
    return lines(
        say("Into the <body>: counts visitors without JavaScript", MUTED),
        say(made.no_script),
        "",
        say("For e-mail and other places without JavaScript", MUTED),
        say(made.image),
        "",
        say("If your site sends a Content-Security-Policy, it must allow", MUTED),
        *(say(line) for line in made.csp),
    )


def _next(setup: Setup) -> Content:
    name = setup.name
    return lines(
        say("1  Put the tag into your pages, and look at one of them in a browser.", "bold"),
        "   Some minutes to an hour later its page view is in your log bucket"
        + (f" ({setup.made.log_bucket})." if setup.made.log_bucket else "."),
        "",
        say("2  Let a computer look after it: one line for cron", "bold"),
        f"   17 7 * * *  snowpixel check {name} --quiet --profile snowpixel-check",
        "   Nobody is there to unlock a key store or to sign in again, so give it a user of its own",
        f"   that may only look: `snowpixel policy {name} --check-only` prints the policy for it, and",
        "   `aws configure --profile snowpixel-check` takes its key.",
        "",
        say("3  Look yourself whenever you like", "bold"),
        f"   snowpixel check {name}        (or Run checks, here)",
        "",
        say("4  When you no longer want it", "bold"),
        f"   snowpixel remove {name}       (or Remove, on the first page)",
    )
