"""The list of stages with their live status."""

from typing import Any

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.texts.status_style import StatusStyle, style_of
from wizard.model.results import Snapshot, StageView

WORD = 9
"""Columns for the word at the end of a row."""


class StageList(OptionList):
    """Stages, one row each; redrawn in place, so that the user's place in it stays."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.border_title = "Stages"
        self.rows: dict[str, StageView] = {}
        self.drawn: Snapshot | None = None

    @property
    def chosen(self) -> StageView | None:
        """The stage under the highlight."""
        option = self.highlighted_option
        return self.rows.get(option.id or "") if option else None

    def draw(self, snapshot: Snapshot, tick: int = 0) -> None:
        """Show the states of a snapshot."""
        self.drawn = snapshot
        if [stage.id for stage in snapshot.stages] != list(self.rows):
            self.set_options([Option(stage.title, id=stage.id) for stage in snapshot.stages])
        self.rows = {stage.id: stage for stage in snapshot.stages}
        for stage in snapshot.stages:
            row = self._row(stage, style_of(stage, tick))
            if row != self.get_option(stage.id).prompt:
                self.replace_option_prompt(stage.id, row)

    def on_resize(self) -> None:
        """Fit the rows into the new width."""
        if self.drawn:
            self.draw(self.drawn)
            self.scroll_to_highlight()

    def point_at(self, stage: str | None) -> None:
        """Move the highlight."""
        if stage in self.rows:
            self.highlighted = self.get_option_index(stage or "")

    def _row(self, stage: StageView, mark: StatusStyle) -> Content:
        width = max(12, self.scrollable_content_region.width - max(WORD, len(mark.word)) - 4)
        title = Content(stage.title).truncate(width, ellipsis=True, pad=True)
        return Content.assemble((f"{mark.glyph} ", mark.style), title, " ", (mark.word.rjust(WORD), mark.style))
