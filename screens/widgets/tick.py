"""A checkbox whose state shows without color."""

from textual.widgets import Checkbox


class Tick(Checkbox):
    """A question that is answered by yes or no.

    Args:
        label: the question.
        value: whether it is ticked at first.
        id: the widget's id.
    """

    BUTTON_LEFT = ""
    BUTTON_RIGHT = ""

    def __init__(self, label: str, value: bool = False, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(label, value, id=id, compact=True)

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]  # noqa: N802 - Textual reads this name when it draws
        """The sign between the brackets."""
        return "[x]" if self.value else "[ ]"
