"""Credentials page: sources on this computer, the account behind each, and typed keys."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from screens.dialogs.mfa import CodeBox, GuideBox
from screens.pages.page import Page
from screens.routes import Route
from screens.texts.credential_sources import about_place, none_found, place_line, whom
from screens.texts.problem import explained
from screens.texts.style import MUTED, lines, say
from screens.widgets.field import Field
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose
from screens.widgets.top_line import TopLine
from wizard.aws.errors import AwsError
from wizard.aws.keys import Keys, KeySource
from wizard.credentials import key_entry as keys
from wizard.credentials.keyring_store import CannotKeepError
from wizard.credentials.manager import KnownIdentity
from wizard.credentials.source import CredentialKind, CredentialSource
from wizard.model.setup import Setup
from wizard.model.threads import in_thread
from wizard.model.validators import InvalidChoice
from wizard.storage.store import StoreError
from wizard.wording.setup_map import setup_map

GIVEN, TYPED, FOUND, GUIDE = "given", "typed", "found:", "guide"
FACTOR = frozenset({"mfa-needed", "mfa-wrong", "denied-explicitly"})
"""Problems that an MFA code may solve."""


class CredentialsPage(Page):
    """Finds credentials, asks AWS whose they are, and lets the user see it before anything is made."""

    heading = "AWS account"
    purpose = "Everything is created in your own account. Checking who you are changes nothing."
    step = "Account"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "again", "Refresh"),
        # A key manager types id, Tab and secret at once: the focus must have moved before the next letter comes, or
        # the secret would stand in the box that is not masked.
        Binding("tab", "app.focus_next", show=False, priority=True),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.found: Sequence[CredentialSource] = ()
        self.saved: Setup | None = None
        self.source = KeySource()
        """What AWS was asked with last."""
        self.asked = 0
        """Counts the questions to AWS: only the newest one's answer is shown."""
        self.counting: Callable[[], Content] | None = None
        """What is shown, where it has a time in it that runs down."""

    def parts(self) -> Iterable[Widget]:
        """Return the map once the account is known, what was found, the form for typed keys, and the answer of AWS."""
        yield MapView(id="map")
        yield Horizontal(OptionList(id="sources"), VerticalScroll(Prose(id="who"), id="answer"), id="account")
        form = VerticalScroll(*self._form(), id="typed", can_focus=False)
        form.border_title = "An access key"
        form.display = False
        yield form

    def _form(self) -> Iterable[Widget]:
        yield Static(say("It stays in memory, masked. Once AWS accepts it, you can save it in the key store.", MUTED))
        yield Field("Access key ID", "", placeholder="AKIA…", cleaner=keys.key_id, name="key")
        yield Field("Secret access key", "", cleaner=keys.secret, password=True, name="secret")
        yield Field("Session token", "", placeholder="only for keys that begin with ASIA", cleaner=keys.token,
                    password=True, name="token")  # fmt: skip
        yield Button("Sign in", id="try", compact=True)

    def buttons(self) -> Iterable[Button]:
        """Return the way on, which opens once AWS knows us, ways to ask again, and what may be done with keys."""
        yield Button("Next: the plan", id="next", compact=True, variant="primary", disabled=True)
        yield Button("Refresh", id="again", compact=True)
        yield Button("MFA", id="factor", compact=True)
        yield Button("Save the key", id="keep", compact=True)
        yield Button("Delete the key", id="forget", compact=True)
        yield Button("Back", id="back", compact=True)

    def on_mount(self) -> None:
        """Look what this computer has."""
        self.query_one("#sources").border_title = "Sign in with"
        self.query_one("#answer").border_title = "AWS says"
        self._offer()
        self._say(say("Looking for credentials on this computer …", MUTED))
        self.set_interval(TopLine.BEAT, self._beat)
        self.run_worker(self._look(), group="looking")

    def _offer(self, *offered: str) -> None:
        """Show those of the rarer buttons that make sense now."""
        for name in ("factor", "keep", "forget"):
            self.query_one(f"#{name}").display = name in offered

    async def _look(self) -> None:
        service = self.base_app.service
        self.saved = await in_thread(service.store.load, self.setup)
        found = await in_thread(service.profiles, self.saved)
        kept = any(one.kind == CredentialKind.KEPT for one in found)
        self.found = [one for one in found if one.name or one.kind == CredentialKind.KEPT or not kept]
        listed = self.query_one("#sources", OptionList)
        listed.set_options(list(self._options()))
        listed.highlighted = self._usual()
        listed.focus()
        usual = listed.highlighted_option
        if usual and usual.id not in (TYPED, GUIDE):
            self._take(usual.id or "")
        else:
            self._say(none_found())

    def _options(self) -> Iterable[Option]:
        given = self.base_app.service.environment.source
        if given.keys or given.profile:
            practice = bool(self.base_app.service.environment.zone)
            label = "The practice world's keys" if practice else f"As given: {given.profile or 'keys'}"
            yield Option(_two(label, "used automatically" if practice else "from the command line"), id=GIVEN)
        for number, one in enumerate(self.found):
            yield Option(place_line(one), id=f"{FOUND}{number}")
        yield Option(_two("Enter an access key …", "for this run, or to save"), id=TYPED)
        yield Option(_two("How to get credentials …", "step by step"), id=GUIDE)

    def _usual(self) -> int:
        """Choose what wins, else the first."""
        given = self.base_app.service.environment.source
        if given.keys or given.profile:
            return 0
        profile = self.saved.choices.profile if self.saved else None
        chosen = [number for number, one in enumerate(self.found) if profile and one.name == profile]
        winning = [number for number, one in enumerate(self.found) if one.wins]
        return next(iter([*chosen, *winning]), 0)

    def _place(self, option: str) -> CredentialSource | None:
        return self.found[int(option.removeprefix(FOUND))] if option.startswith(FOUND) else None

    def _take(self, option: str) -> None:
        """Ask AWS with a place, or say why it cannot be used."""
        place = self._place(option)
        given = self.base_app.service.environment.source
        source = KeySource(None, place.name, given.endpoint) if place else given
        if place and place.problem:
            self.asked += 1
            self._offer(*(["forget"] if place.kind == CredentialKind.KEPT else []))
            self.query_one("#next", Button).disabled = True
            self._say(about_place(place))
            return
        self._ask(source, place)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Ask AWS, open the form, or show the guide."""
        option = event.option.id or ""
        if option == GUIDE:
            self.app.push_screen(GuideBox())
            return
        self.query_one("#typed").display = option == TYPED
        self.query_one("#account").set_class(option == TYPED, "-typing")
        self.query_one(MapView).shown = None
        if option == TYPED:
            self._offer()
            self._say(say("Enter the key, then press Enter.", MUTED))
            self.query_one("#key", Field).box.focus()
        else:
            self._take(option)

    @on(Field.Entered)
    @on(Button.Pressed, "#try")
    def typed(self) -> None:
        """Judge the shape of typed keys first; only good ones are sent anywhere."""
        fields = [self.query_one(f"#{name}", Field) for name in ("key", "secret", "token")]
        wrong = [field for field in fields if not field.judge()]
        if not wrong and keys.needs_token(fields[0].value, fields[2].value):
            fields[2].complain("Keys that begin with ASIA only work with their session token.")
            wrong = [fields[2]]
        if wrong:
            wrong[0].box.focus()
            return
        self._ask(self._with_keys(keys.pair(*(field.value for field in fields))), None)

    def _with_keys(self, typed: Keys) -> KeySource:
        return KeySource(keys=typed, endpoint=self.base_app.service.environment.source.endpoint)

    def action_again(self) -> None:
        """Refresh, for example after signing in in another window."""
        if self.query_one("#typed").display:
            self.typed()
        else:
            self.run_worker(self._look(), group="looking", exclusive=True)

    # Asking AWS.

    def _ask(self, source: KeySource, place: CredentialSource | None) -> None:
        self.asked += 1
        self.source = source
        self._offer()
        self.query_one("#next", Button).disabled = True
        self._say(say("Signing in …", MUTED))
        self.query_one(TopLine).ends = None
        self.run_worker(self._identify(source, place, self.asked), group="asking", exclusive=True)

    async def _identify(self, source: KeySource, place: CredentialSource | None, number: int) -> None:
        if self.saved is None:
            return
        try:
            known = await self.base_app.service.known(self.saved.choices, source, self.saved)
        except AwsError as error:
            if number == self.asked:
                self._refused(error, place)
            return
        if number == self.asked:
            await self._known(known, source, place)

    def _refused(self, error: AwsError, place: CredentialSource | None) -> None:
        self._say(
            lines(
                explained(error.problem, self.saved.name if self.saved else ""),
                "",
                say(f"({error.operation}: {error.code})", MUTED),
            )
        )
        kept = place is not None and place.kind == CredentialKind.KEPT
        self._offer(*(["factor"] if error.problem.id in FACTOR else []), *(["forget"] if kept else []))
        self.query_one("#factor" if error.problem.id in FACTOR else "#again").focus()

    async def _known(self, known: KnownIdentity, source: KeySource, place: CredentialSource | None) -> None:
        wrong = self._wrong_account(known)
        self.query_one(TopLine).ends = known.who.expires
        told = [say(f"✗ {wrong}", "bold $text-error")] if wrong else []
        self._say(lines(whom(known, place, self.base_app.now()), *told))
        if known.who.expires is not None:
            self.counting = lambda: lines(whom(known, place, self.base_app.now()), *told)
        if wrong:
            return
        try:
            await in_thread(self._remember, source)
        except (StoreError, InvalidChoice) as error:
            self._say(say(f"✗ {error}", "$text-error"))
            return
        kept = place is not None and place.kind == CredentialKind.KEPT
        fresh = source.keys and source is not self.base_app.service.environment.source and not source.keys.session_token
        self._offer("factor", *(["keep"] if fresh else []), *(["forget"] if kept else []))
        self._draw_map(known.who.account)
        following = self.query_one("#next", Button)
        following.disabled = False
        following.focus()

    def _draw_map(self, account: str) -> None:
        """Show what will be in the account."""
        if self.saved:
            made = replace(self.saved.made, account=account)
            self.query_one(MapView).shown = setup_map(self.saved.choices, made)

    def _wrong_account(self, known: KnownIdentity) -> str:
        account = self.saved.made.account if self.saved else None
        if account in (None, known.who.account):
            return ""
        return f"This setup was created in account {account}. Sign in there to continue it."

    def _remember(self, source: KeySource) -> None:
        """Save the profile's name, or keep typed keys in memory for this run."""
        given = self.base_app.service.environment.source
        if source.keys and source is not given:
            self.base_app.sources[self.setup] = source
            return
        self.base_app.sources.pop(self.setup, None)
        if source is not given:
            service = self.base_app.service
            if service.store.load(self.setup).choices.profile != source.profile:
                service.choose(self.setup, profile=source.profile)

    def _say(self, content: Content) -> None:
        self.counting = None
        self.query_one("#who", Static).update(content)

    def _beat(self) -> None:
        """Draw the time left anew."""
        if self.counting and self.is_current:
            self.query_one("#who", Static).update(self.counting())

    # What may be done with it.

    @on(Button.Pressed, "#factor")
    def factor(self) -> None:
        """Ask for an MFA code."""
        self.app.push_screen(CodeBox(), self._with_code)

    def _with_code(self, digits: str | None) -> None:
        if digits:
            self.run_worker(self._sign_in(digits), group="asking", exclusive=True)

    async def _sign_in(self, digits: str) -> None:
        if self.saved is None:
            return
        self._say(say("Signing in with your MFA code …", MUTED))
        source, region = self.source, self.saved.choices.region
        try:
            await self.base_app.service.credentials.signs.with_code(source, self.saved, region, digits)
        except AwsError as error:
            self._refused(error, None)
            return
        place = next((one for one in self.found if not source.keys and one.name == source.profile), None)
        self._ask(source, place)

    @on(Button.Pressed, "#keep")
    def keep(self) -> None:
        """Keep the typed key in the operating system's key store."""
        self._say(say("Saving the key in the key store. Your system may ask you to unlock it …", MUTED))
        self.run_worker(self._keep(), group="keeping", exclusive=True)

    async def _keep(self) -> None:
        if self.saved is None or self.source.keys is None:
            return
        try:
            where = await in_thread(self.base_app.service.credentials.keep, self.saved, self.source.keys)
        except CannotKeepError as error:
            self._say(lines(say("! The key wasn't saved", "bold $text-warning"), say(str(error))))
            return
        self._offer("forget")
        self._say(lines(say("✓ The key is saved", "bold $text-success"), say(f"In {where}.")))

    @on(Button.Pressed, "#forget")
    def forget(self) -> None:
        """Drop the kept key."""
        self.run_worker(self._forget(), group="keeping", exclusive=True)

    async def _forget(self) -> None:
        if self.saved is None:
            return
        try:
            await in_thread(self.base_app.service.credentials.forget, self.saved)
        except CannotKeepError as error:
            self._say(lines(say("! The key may still be saved", "bold $text-warning"), say(str(error))))
            return
        self.notify("The saved key was deleted.")
        await self._look()

    @on(Button.Pressed, "#next")
    def go(self) -> None:
        """Go on to the plan."""
        self.base_app.visit(Route.PLAN, self.setup)

    @on(Button.Pressed, "#again")
    def again(self) -> None:
        """Ask again."""
        self.action_again()

    @on(Button.Pressed, "#back")
    def back(self) -> None:
        """Back to the form."""
        self.action_back()


def _two(first: str, second: str) -> Content:
    return lines(say(first, "bold"), say(f"  {second}", MUTED))
