"""Where set-ups are saved: all that commands need which contact nobody."""

from pathlib import Path

import platformdirs

from wizard.commands.session import Session


def home_of(session: Session) -> Path:
    """Return snowpixel's data folder: as given, that of the practice world, or the platform's."""
    if session.home:
        return session.home.expanduser().absolute()
    if session.practice:
        return session.practice.expanduser().absolute() / "home"
    return Path(platformdirs.user_data_dir("snowpixel", appauthor=False))
