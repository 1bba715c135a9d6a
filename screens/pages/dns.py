"""DNS page: the records that the user adds, how to enter them, and who sees them."""

from collections.abc import Collection, Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.pages.page import Page
from screens.texts.dns_view_table import seen_by
from screens.texts.stage_details import wait_words
from screens.texts.style import MUTED, STYLES, lines, say
from screens.widgets.prose import Prose
from screens.widgets.record_card import CopyRow, RecordCard
from screens.widgets.top_line import TopLine
from wizard.knowledge import dns_providers
from wizard.model.results import Action, Change, Copyable, Item, Job, Phase, Snapshot, Status
from wizard.model.threads import in_thread
from wizard.probes.resolvers import ResolversProbe
from wizard.storage.store import StoreError
from wizard.wording import dns_records

RECORDS = ("certificate-record", "pixel-record")
"""The items that want a record."""
SEEN = "✓ Your DNS records are in place. Setup continues here on its own."
REMOVING = "Remove each record below at your DNS provider. snowpixel keeps checking, and continues when all are gone."
GONE = "✓ The DNS record is gone. Removal continues here on its own."


class DnsPage(Page):
    """Shows the records while a walk waits for them."""

    heading = "DNS records"
    purpose = "Add these at your DNS provider, record 1 first. snowpixel keeps checking."
    step = "Build"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "plain", "Plain text"),
        Binding("l", "look_now", "Check now"),
        Binding("w", "keep_values", "Values file", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.cards: dict[str, RecordCard] = {}
        self.snapshot: Snapshot | None = None
        self.servers = ""
        self.offered: Widget | None = None
        """What this page put the focus on by itself; the user's own choice is left alone."""

    def parts(self) -> Iterable[Widget]:
        """Return the place for the records, and how to enter them."""
        yield VerticalScroll(Prose(id="steps"), Static(id="world"), id="records", can_focus=False)

    def buttons(self) -> Iterable[Button]:
        """Return the way back, and another way to see the values."""
        yield Button("Back to the progress page", id="back", compact=True)
        yield Button("Plain text", id="plain", compact=True)
        yield Button("Check now", id="look", compact=True, variant="primary")
        yield Button("Values file", id="values", compact=True)

    def on_mount(self) -> None:
        """Follow the walk."""
        self.set_interval(1.0, self._beat)
        walk = self.base_app.walks.get(self.setup)
        if walk is None:
            return
        if walk.job is Job.REMOVE:
            self.say_purpose(REMOVING)
            self.query_one(TopLine).step = ""  # it's not on the way of a new setup
        self.show(walk.progress.snapshot)
        self.follow(walk)

    def _beat(self) -> None:
        if self.snapshot and self.is_current:
            self._draw(self.snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Take in new records, and draw what is known of each."""
        self.snapshot = snapshot
        fresh = [(item, change) for item in snapshot.items for change in item.changes if _is_new(change, item, self)]
        for item, change in fresh:
            self._add(item, change)
        if fresh:
            self._put_in_order(snapshot)
        self._draw(snapshot)

    def _add(self, item: Item, change: Change) -> None:
        if change.record is None:
            return
        practice = self.base_app.service.environment.provider is not None
        card = RecordCard(len(self.cards) + 1, change.record, change.action, item.id, practice=practice)
        old = self.cards.pop(item.id, None)
        if old:
            old.remove()
        self.cards[item.id] = card
        self.query_one("#records").mount(card, before="#steps")

    def _put_in_order(self, snapshot: Snapshot) -> None:
        """Number the cards in the walk's order (that of `Snapshot.records`), whichever became known first."""
        order = [item.id for item in snapshot.items]
        self.cards = dict(sorted(self.cards.items(), key=lambda pair: order.index(pair[0])))
        records, below = self.query_one("#records"), self.query_one("#steps")
        for number, card in enumerate(self.cards.values(), 1):
            card.count_as(number)
            records.move_child(card, before=below)

    def _draw(self, snapshot: Snapshot) -> None:
        items = {item.id: item for item in snapshot.items}
        before = self._all_seen
        for name, card in self.cards.items():
            if card.is_mounted and name in items:
                card.draw(_state(items[name], card, self.base_app.now()), seen=_seen(items[name]))
        self.servers = _name_servers(snapshot) or self.servers
        world = _world(items.get(ResolversProbe.id))
        self.query_one("#world", Static).update(world)
        self.query_one("#world").display = bool(world)
        self.query_one("#steps", Static).update(self._steps(snapshot))
        if self._all_seen and not before:
            self.query_one("#back").focus()
        if self._all_seen and self.is_current and not _open(snapshot, self.cards):
            self._move_on(snapshot)

    def _move_on(self, snapshot: Snapshot) -> None:
        """Go to the progress page: nobody has to find out that there is nothing left to do here."""
        self.notify(GONE if snapshot.job is Job.REMOVE else SEEN, markup=False)
        self.action_back()

    @property
    def _all_seen(self) -> bool:
        return bool(self.cards) and all(card.seen for card in self.cards.values())

    def _steps(self, snapshot: Snapshot) -> Content:
        if not self.cards:
            return say("There is nothing to add right now. The records appear as soon as AWS provides them.", MUTED)
        if self._all_seen:
            return self._not_yet(snapshot)
        card = next(card for card in self.cards.values() if not card.seen)
        provider = dns_providers.recognize(self.servers.replace(",", " ").split())
        if card.change is Action.DELETE:
            return say("Sign in to your DNS provider and delete the record. Leave all others as they are.")
        who = provider.name if provider else "your DNS provider"
        steps = dns_providers.instructions(provider, card.record)
        told = [say(f"How at {who}, for record {card.number}:", "bold")]
        return lines(*told, *(f"  {number}. {step}" for number, step in enumerate(steps, 1)))

    def _not_yet(self, snapshot: Snapshot) -> Content:
        """Say what is still missing although every record that is shown here is seen."""
        missing = next(iter(_open(snapshot, self.cards)), None)
        if missing is None:
            return say(SEEN, "bold $text-success")
        check = missing.check
        why = (
            check.summary if check and check.status is not Status.SKIPPED else "it appears here as soon as it is known"
        )
        return lines(
            say("✓ Every record that is shown here is seen.", STYLES[Status.OK]),
            say(f"… {missing.title}: {why}", STYLES[Status.WAITING]),
        )

    # Focus: the next thing to do.

    @on(RecordCard.Ready)
    def _settled(self) -> None:
        """Draw a card that has just got its place and its parts."""
        if self.snapshot:
            self._draw(self.snapshot)
        self._settle_focus()

    def _settle_focus(self) -> None:
        """Put the focus on the first record that is not seen: its button in practice, else its first value."""
        card = next((card for card in self.cards.values() if not card.seen), None)
        chosen = self.focused not in (None, self.offered) and self.focused.id != "back" if self.focused else False
        if card is None or chosen:
            return
        offers = list(card.query(Button if card.practice else CopyRow))
        if not offers:  # its parts are not there yet: the card says so when they are
            return
        self.offered = offers[0]
        self.offered.focus()

    # Copying.

    @on(CopyRow.Copied)
    def copied(self, event: CopyRow.Copied) -> None:
        """Put one value on the clipboard."""
        self.base_app.copy(event.value.label, event.value.value)

    @on(Button.Pressed, "#plain")
    def action_plain(self) -> None:
        """Show all values outside the wizard."""
        values = [
            Copyable(f"Record {card.number}, {value.label} ({card.record.type})", value.value)
            for card in self.cards.values()
            for value in dns_records.parts(card.record)
        ]
        self.base_app.plain_text("DNS records to add at your provider", values)

    @on(Button.Pressed, "#values")
    async def action_keep_values(self) -> None:
        """Write the records, and what else there is to copy by now, to a file."""
        try:
            setup = await in_thread(self.base_app.service.store.load, self.setup)
        except StoreError as error:
            self.notify(str(error), severity="error", markup=False, timeout=15)
            return
        records = (card.record for card in self.cards.values() if card.change is not Action.DELETE)
        self.base_app.keep_values(setup, tuple(records))

    @on(Button.Pressed, "#look")
    def action_look_now(self) -> None:
        """Check now instead of in some seconds."""
        walk = self.base_app.live(self.setup)
        if walk:
            walk.progress.look_now()
            self.notify("Checking now.", timeout=2)

    @on(Button.Pressed, "#back")
    def back(self) -> None:
        """Back to the progress page."""
        self.action_back()

    # The practice world's provider.

    @on(Button.Pressed, ".play")
    def played(self, event: Button.Pressed) -> None:
        """Play the user's part at the practice provider."""
        card = next(card for card in self.cards.values() if event.button in card.query(Button))
        event.button.disabled = True
        event.button.label = Content("Saving …")
        self.run_worker(self._play(card), group=f"play-{card.item}")
        following = [one for one in self.cards.values() if not one.seen and one.number > card.number]
        (following[0].query(Button).first() if following else self.query_one("#back")).focus()

    async def _play(self, card: RecordCard) -> None:
        provider, record = self.base_app.service.environment.provider, card.record
        if provider is None:
            return
        try:
            if card.change in (Action.DELETE, Action.UPDATE):
                await in_thread(provider.remove_record, record.name, record.type)
            if card.change is not Action.DELETE:
                await in_thread(provider.add_record, record.name, record.type, record.value)
        except Exception as error:  # noqa: BLE001 - the practice world may be gone; the page stays
            self.notify(f"The practice provider didn't accept it: {error}", severity="error", markup=False)
            card.query(Button).first().disabled = False
            return
        for button in card.query(Button):
            button.label = Content("Saved at the provider")
        self.action_look_now_quietly()

    def action_look_now_quietly(self) -> None:
        """Let the walk look at once."""
        walk = self.base_app.live(self.setup)
        if walk:
            walk.progress.look_now()


def _open(snapshot: Snapshot, shown: Collection[str]) -> list[Item]:
    """Return the items of records that aren't shown here, although setup needs them and they aren't in place."""
    if snapshot.job is Job.REMOVE:
        return []
    others = (item for item in snapshot.items if item.id in RECORDS and item.id not in shown)
    return [item for item in others if item.phase is not Phase.DONE or not _well(item)]


def _well(item: Item) -> bool:
    return item.check is not None and item.check.status in (Status.OK, Status.WARNING)


def _is_new(change: Change, item: Item, page: DnsPage) -> bool:
    record = change.record
    known = page.cards.get(item.id)
    return record is not None and (known is None or known.record != record or known.change is not change.action)


def _seen(item: Item) -> bool:
    return item.phase is Phase.DONE and _well(item) and not any(change.record for change in item.changes)


def _state(item: Item, card: RecordCard, now: float) -> Content:
    if _seen(item):
        gone = card.change is Action.DELETE
        return say(f"✓ {'gone from' if gone else 'seen by'} all name servers of your domain", STYLES[Status.OK])
    # The card says the name already, and a long one would be broken here.
    summary = item.check.summary.replace(card.record.name, "it") if item.check else ""
    found = [say(f"{summary[:1].upper()}{summary[1:]}", STYLES[Status.WAITING])] if summary else []
    wait = [say(wait_words(item.wait, now), MUTED)] if item.wait else []
    return lines(*(found or [say("… not seen yet", STYLES[Status.WAITING])]), *seen_by(item.check), *wait)


def _world(item: Item | None) -> Content:
    """Return how the world's resolvers see the name, once they are asked; empty before."""
    seen = seen_by(item.check) if item else ()
    return lines("", say(item.title, "bold"), *seen) if item and seen else Content("")


def _name_servers(snapshot: Snapshot) -> str:
    facts = (check.evidence.get("name_servers", "") for check in snapshot.checks)
    return next((servers for servers in facts if servers), "")
