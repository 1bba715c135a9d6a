"""The rows of the checklist; what is not OK opens under its stage."""

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.texts.status_style import style_for, style_of, style_of_item
from screens.texts.style import say
from wizard.model.results import Check, Item, Phase, Snapshot, StageView, Status
from wizard.wording.setup_map import Part

QUIET = (Status.OK, Status.SKIPPED)
"""Verdicts that need nobody's attention; their items stay folded."""

WORD = 9
INDENT = 6


class ChecklistRows(OptionList):
    """Stages with the items that matter; Enter opens or closes a stage."""

    def __init__(self, **arguments: object) -> None:
        super().__init__(**arguments)  # type: ignore[arg-type]  # Textual's own keywords, passed through
        self.border_title = "Checks"
        self.drawn: Snapshot | None = None
        self.opened: set[str] = set()
        self.places: dict[str, tuple[StageView, Item | None]] = {}
        self.last: dict[str, Check] = {}
        """Newest verdicts, shown until a new run has its own."""

    @property
    def chosen(self) -> tuple[StageView, Item | None] | None:
        """What is under the highlight: a stage, or one of its items."""
        option = self.highlighted_option
        return self.places.get(option.id or "") if option else None

    def draw(self, snapshot: Snapshot) -> None:
        """Show a snapshot; the highlight stays where it is."""
        self.drawn = snapshot
        self.last |= {check.id: check for check in snapshot.checks}
        rows = [row for stage in snapshot.stages for row in self._rows(stage)]
        self.places = {key: place for key, place, _ in rows}
        if [option.id for option in self.options] == [key for key, _, _ in rows]:
            for option, (key, _, prompt) in zip(self.options, rows, strict=True):
                if option.prompt != prompt:
                    self.replace_option_prompt(key, prompt)
            return
        kept = self.highlighted_option.id if self.highlighted_option else None
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options([Option(prompt, id=key) for key, _, prompt in rows])
            self.highlighted = self.get_option_index(kept) if kept in self.places else 0 if rows else None

    def on_resize(self) -> None:
        """Fit the rows into the new width."""
        if self.drawn:
            self.draw(self.drawn)

    def toggle(self, snapshot: Snapshot) -> None:
        """Open or close the stage under the highlight."""
        if self.chosen:
            self.opened ^= {self.chosen[0].id}
            self.draw(snapshot)

    def open(self, part: Part, snapshot: Snapshot) -> None:
        """Open the checks of a part of the map, at the first one that needs attention."""
        self.opened |= {part.stage}
        self.draw(snapshot)
        speaking = [item.id for item in part.view.items if self._speaks(item)]
        first = speaking or [item.id for item in part.view.items]
        at = f"{part.stage}/{first[0]}" if first else part.stage
        if at in self.places:
            self.highlighted = self.get_option_index(at)
            self.focus()

    def _rows(self, stage: StageView) -> list[tuple[str, tuple[StageView, Item | None], Content]]:
        mark = style_of(stage)
        width = max(12, self.scrollable_content_region.width - max(WORD, len(mark.word)) - 3)
        title = Content(stage.title).truncate(width, ellipsis=True, pad=True)
        head = Content.assemble((f"{mark.glyph} ", mark.style), title, " ", (mark.word.rjust(WORD), mark.style))
        shown = [item for item in stage.items if stage.id in self.opened or self._speaks(item)]
        return [(stage.id, (stage, None), head), *(self._row(stage, item) for item in shown)]

    def _speaks(self, item: Item) -> bool:
        last = item.check or self.last.get(item.id)
        return last is not None and last.counts_as not in QUIET

    def _row(self, stage: StageView, item: Item) -> tuple[str, tuple[StageView, Item | None], Content]:
        last = self.last.get(item.id)
        mark = style_for(last.counts_as) if last and item.phase is not Phase.DONE else style_of_item(item)
        width = max(12, self.scrollable_content_region.width - INDENT)
        title = say(item.title).truncate(width, ellipsis=True)  # the details say it in full
        text = Content.assemble((f"    {mark.glyph} ", mark.style), title)
        return f"{stage.id}/{item.id}", (stage, item), text
