"""Dialog with the support report: read first, then saved, with or without names."""

from collections.abc import Iterable
from pathlib import Path

from textual import on
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.dialogs.modal import Modal
from screens.texts.style import say
from wizard.documents import support_report


class ReportModal(Modal[None]):
    """Shows a report without names, and saves it in either form.

    Args:
        material: what the report is made of.
        home: snowpixel's data folder.
    """

    heading = "Report: read it before you send it. snowpixel sends it to nobody"

    def __init__(self, material: support_report.Material, home: Path) -> None:
        super().__init__()
        self.material = material
        self.home = home

    def contents(self) -> Iterable[Widget]:
        """Show the text as it would be saved without names."""
        yield Static(id="said")
        yield Static(say(support_report.text(support_report.build(self.material, masked=True))), id="report")

    def buttons(self) -> Iterable[Button]:
        """Offer both forms."""
        yield Button("Close", id="close", compact=True)
        yield Button("Save without names", id="masked", compact=True)
        yield Button("Save with names", id="named", compact=True)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Save it, or close."""
        if event.button.id == "close":
            self.dismiss(None)
            return
        made = support_report.build(self.material, masked=event.button.id == "masked")
        try:
            said = f"Saved: {support_report.keep(made, self.home)}"
        except OSError as error:
            elsewhere = f"`snowpixel report {made.setup} --out FILE` writes it elsewhere."
            said = f"It couldn't be saved: {error.strerror}. {elsewhere}"
        self.query_one("#said", Static).update(say(said, "bold"))
