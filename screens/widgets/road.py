"""The road: one line of stages that shows how far the setup is."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from screens.texts.status_style import StatusStyle, style_of
from screens.texts.style import MUTED
from wizard.model.results import StageView, Status


class Road(Widget):
    """Stages as stations on a line, each with its sign; the part traveled is drawn strong."""

    stages: reactive[Sequence[StageView]] = reactive((), layout=False)
    note: reactive[str] = reactive("")

    def render(self) -> Content:
        """Draw as much as fits."""
        styles = [style_of(stage) for stage in self.stages]
        tail = Content.styled(self.note or summary(self.stages), MUTED)
        room = self.size.width - tail.cell_length - 3
        link = max(1, min(6, (room - len(styles)) // max(1, len(styles) - 1)))
        return Content.assemble(_line(styles, link), "   ", tail)


def _line(styles: Sequence[StatusStyle], link: int) -> Content:
    parts: list[Content] = []
    for number, style in enumerate(styles):
        if number:
            through = styles[number - 1].status in (Status.OK, Status.WARNING)
            parts.append(Content.styled(("━" if through else "─") * link, "$success" if through else MUTED))
        parts.append(Content.styled(style.glyph, style.style))
    return Content("").join(parts)


def summary(stages: Sequence[StageView]) -> str:
    """Say how many stages are through."""
    ready = sum(style_of(stage).status in (Status.OK, Status.WARNING) and stage.done for stage in stages)
    return f"{ready} of {len(stages)} done" if stages else ""
