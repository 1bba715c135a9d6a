"""Dialog that asks for the file that events are exported to."""

from collections.abc import Iterable
from pathlib import Path

from textual import on
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.style import say
from screens.widgets.field import Field
from wizard.model.validators import InvalidChoice
from wizard.snowplow.events.event_files import FORMATS, refuse_others

NAMES = {".csv": "CSV", ".parquet": "Parquet", ".jsonl": "JSON lines"}
"""The buttons' names of the files' endings."""


class ExportModal(Modal[Path]):
    """Asks for a path; the button says the format, and so gives the file its ending.

    Args:
        suggested: the path that stands there at first.
    """

    heading = "Export the events of this page"

    def __init__(self, suggested: Path) -> None:
        super().__init__()
        self.suggested = suggested

    def contents(self) -> Iterable[Widget]:
        """Ask for the file."""
        yield Static(say("The time and the filter of the page decide which events are written. Only you can read it."))
        yield Static()
        yield Field("File", "", value=str(self.suggested), name="path", cleaner=_file)

    def buttons(self) -> Iterable[Button]:
        """Offer the formats."""
        yield Button("Cancel", id="close", compact=True)
        for ending in FORMATS:
            yield Button(NAMES[ending], id=ending.removeprefix("."), compact=True)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Take the answer."""
        field = self.query_one("#path", Field)
        if event.button.id == "close":
            self.dismiss(None)
            return
        if not field.judge():
            return
        path: Path = field.value
        path = path.with_suffix(f".{event.button.id}") if path.suffix in FORMATS else Path(f"{path}.{event.button.id}")
        try:
            refuse_others(path)
        except OSError as error:
            field.complain(error.strerror or str(error))
        else:
            self.dismiss(path)


def _file(typed: str) -> Path:
    """Take the path of a file.

    Raises:
        InvalidChoice: nothing was typed, it is a folder, or its folder doesn't exist.
    """
    path = Path(typed.strip()).expanduser().absolute()
    if not typed.strip():
        raise InvalidChoice("Enter a file name.")
    if path.is_dir():
        raise InvalidChoice(f"{path} is a folder. Add a file name.")
    if not path.parent.is_dir():
        raise InvalidChoice(f"There is no folder {path.parent}.")
    return path
