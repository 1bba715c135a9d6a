"""Who are we to AWS: the profiles of this computer, the account behind each, or keys typed for this run."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from screens import keys
from screens.explaining import explained
from screens.page import Page
from screens.places import Place
from screens.widgets.field import Field
from screens.words import MUTED, lines, say
from wizard.aws.client import Keys, Source
from wizard.aws.errors import AwsError
from wizard.aws.identity import Identity
from wizard.credentials.found import Found
from wizard.setups import Setup
from wizard.store import StoreError
from wizard.threads import in_thread

GIVEN, TYPED, FOUND = "given", "typed", "found:"


class CredentialsPage(Page):
    """Finds credentials, asks AWS whose they are, and lets the user see it before anything is made."""

    heading = "AWS account"
    purpose = "Everything is made in your own account. Looking who you are changes nothing."
    step = "Account"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "again", "Ask again")]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.found: Sequence[Found] = ()
        self.saved: Setup | None = None
        self.asked = 0
        """Counts the questions to AWS: only the newest one's answer is shown."""

    def parts(self) -> Iterable[Widget]:
        """Return the list of what was found, the form for typed keys, and the answer of AWS."""
        yield Horizontal(OptionList(id="sources"), VerticalScroll(Static(id="who"), id="answer"), id="account")
        form = VerticalScroll(*self._form(), id="typed", can_focus=False)
        form.border_title = "An access key for this run"
        form.display = False
        yield form

    def _form(self) -> Iterable[Widget]:
        yield Static(say("It stays in memory, masked, and is gone when you leave. It is not saved anywhere.", MUTED))
        yield Field("Access key id", "", placeholder="AKIA…", cleaner=keys.key_id, name="key")
        yield Field("Secret key", "", cleaner=keys.secret, password=True, name="secret")
        yield Field("Session token", "", placeholder="only for keys that begin with ASIA", cleaner=keys.token,
                    password=True, name="token")  # fmt: skip
        yield Button("Ask AWS who this is", id="try", compact=True)

    def buttons(self) -> Iterable[Button]:
        """Return the way on, which opens once AWS knows us, and ways to ask again."""
        yield Button("Next: the plan", id="next", compact=True, variant="primary", disabled=True)
        yield Button("Ask again", id="again", compact=True)
        yield Button("Back", id="back", compact=True)

    def on_mount(self) -> None:
        """Look what this computer has."""
        self.query_one("#sources").border_title = "Sign in with"
        self.query_one("#answer").border_title = "AWS says"
        self._say(say("Looking which credentials this computer has …", MUTED))
        self.run_worker(self._look(), group="looking")

    async def _look(self) -> None:
        service = self.shell.service
        self.saved = await in_thread(service.store.load, self.setup)
        self.found = await in_thread(service.profiles, self.saved)
        listed = self.query_one("#sources", OptionList)
        listed.set_options(list(self._options()))
        listed.highlighted = self._usual()
        listed.focus()
        usual = listed.highlighted_option
        if usual and usual.id != TYPED:
            self._ask(self._source(usual.id or ""))
        else:
            self._say(say("No credentials were found here. The easiest way is to run `aws login` in another window, "
                          "then Ask again; or type an access key."))  # fmt: skip

    def _options(self) -> Iterable[Option]:
        given = self.shell.service.surroundings.source
        if given.keys or given.profile:
            practice = bool(self.shell.service.surroundings.zone)
            label = "The practice world's keys" if practice else f"As given: {given.profile or 'keys'}"
            yield Option(_two(label, "used by themselves" if practice else "from the command line"), id=GIVEN)
        for number, one in enumerate(self.found):
            yield Option(_two(one.name or "Environment", one.kind), id=f"{FOUND}{number}")
        yield Option(_two("Type an access key …", "for this run only"), id=TYPED)

    def _usual(self) -> int:
        """Choose what was used last time, else the first."""
        given = self.shell.service.surroundings.source
        profile = self.saved.choices.profile if self.saved else None
        if given.keys or given.profile or profile is None:
            return 0
        return next((number for number, one in enumerate(self.found) if one.name == profile), 0)

    def _source(self, option: str) -> Source:
        given = self.shell.service.surroundings.source
        if option.startswith(FOUND):
            return Source(None, self.found[int(option.removeprefix(FOUND))].name, given.endpoint)
        return given

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Ask AWS, or open the form."""
        typed = event.option.id == TYPED
        self.query_one("#typed").display = typed
        if typed:
            self._say(say("Type the key, then press Enter.", MUTED))
            self.query_one("#key", Field).box.focus()
        else:
            self._ask(self._source(event.option.id or ""))

    @on(Field.Entered)
    @on(Button.Pressed, "#try")
    def typed(self) -> None:
        """Judge the shape of typed keys first; only good ones are sent anywhere."""
        fields = [self.query_one(f"#{name}", Field) for name in ("key", "secret", "token")]
        wrong = [field for field in fields if not field.judge()]
        if not wrong and keys.needs_token(fields[0].value, fields[2].value):
            fields[2].complain("Keys that begin with ASIA only work together with their session token.")
            wrong = [fields[2]]
        if wrong:
            wrong[0].box.focus()
            return
        typed = keys.pair(*(field.value for field in fields))
        self._ask(self._with_keys(typed))

    def _with_keys(self, typed: Keys) -> Source:
        return Source(keys=typed, endpoint=self.shell.service.surroundings.source.endpoint)

    def action_again(self) -> None:
        """Look again, for example after signing in in another window."""
        if self.query_one("#typed").display:
            self.typed()
        else:
            self.run_worker(self._look(), group="looking", exclusive=True)

    # Asking AWS.

    def _ask(self, source: Source) -> None:
        self.asked += 1
        self.query_one("#next", Button).disabled = True
        self._say(say("Asking AWS who this is …", MUTED))
        self.run_worker(self._identify(source, self.asked), group="asking", exclusive=True)

    async def _identify(self, source: Source, number: int) -> None:
        if self.saved is None:
            return
        try:
            who = await self.shell.service.identity(self.saved.choices, source)
        except AwsError as error:
            if number == self.asked:
                self._say(lines(explained(error.problem), "", say(f"({error.operation}: {error.code})", MUTED)))
                self.query_one("#again").focus()
            return
        if number == self.asked:
            await self._known(who, source)

    async def _known(self, who: Identity, source: Source) -> None:
        wrong = self._wrong_account(who)
        self._say(lines(_described(who), *([say(f"✗ {wrong}", "bold $text-error")] if wrong else [])))
        if wrong:
            return
        try:
            await in_thread(self._remember, source)
        except StoreError as error:
            self._say(say(f"✗ {error}", "$text-error"))
            return
        following = self.query_one("#next", Button)
        following.disabled = False
        following.focus()

    def _wrong_account(self, who: Identity) -> str:
        account = self.saved.made.account if self.saved else None
        if account in (None, who.account):
            return ""
        return f"This set-up was made in account {account}. Sign in there to go on with it."

    def _remember(self, source: Source) -> None:
        """Save the profile's name, or keep typed keys in memory for this run."""
        given = self.shell.service.surroundings.source
        if source.keys and source is not given:
            self.shell.sources[self.setup] = source
            return
        self.shell.sources.pop(self.setup, None)
        if source is not given:
            store = self.shell.service.store
            setup = store.load(self.setup)
            store.save(replace(setup, choices=replace(setup.choices, profile=source.profile)))

    def _say(self, content: Content) -> None:
        self.query_one("#who", Static).update(content)

    @on(Button.Pressed, "#next")
    def go(self) -> None:
        """Go on to the plan."""
        self.shell.visit(Place.PLAN, self.setup)

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


def _described(who: Identity) -> Content:
    account = f"{who.account[:4]} {who.account[4:8]} {who.account[8:]}" if len(who.account) == 12 else who.account  # noqa: PLR2004
    rows: list[Content | str] = [
        say("✓ AWS knows you", "bold $text-success"),
        "",
        Content.assemble(("Account  ", MUTED), (account, "bold")),
        *([Content.assemble(("Alias    ", MUTED), say(who.alias))] if who.alias else []),
        Content.assemble(("You are  ", MUTED), say(who.arn.rpartition(":")[2])),
        say(who.arn, MUTED),
        "",
    ]
    if who.root:
        warning = (
            "! This is the account's root user, who may do everything, even close the account. Better make an IAM user "
            "or use single sign-on. It works all the same."
        )
        rows.append(say(warning, "$text-warning"))
    return lines(*rows, say("Is this the right account? Everything will be made here.", MUTED))
