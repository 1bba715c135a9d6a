"""Where setups are saved: all that commands need which contact nobody."""

from pathlib import Path
from typing import Protocol

import platformdirs


class HomeOptions(Protocol):
    """The options that decide where setups are saved; a session has them."""

    @property
    def home(self) -> Path | None:
        """Folder of snowpixel's data; None is the platform's."""
        ...

    @property
    def practice(self) -> Path | None:
        """Folder of the practice world to use."""
        ...


def home_of(options: HomeOptions) -> Path:
    """Return snowpixel's data folder: as given, that of the practice world, or the platform's."""
    if options.home:
        return options.home.expanduser().absolute()
    if options.practice:
        return options.practice.expanduser().absolute() / "home"
    return Path(platformdirs.user_data_dir("snowpixel", appauthor=False))


def cache_of(options: HomeOptions) -> Path:
    """Return snowpixel's cache folder: in the data folder where that was chosen, or the platform's."""
    if options.home or options.practice:
        from wizard.storage.cache import CACHE  # noqa: PLC0415 - of all light commands, `forget` alone needs it

        return home_of(options) / CACHE
    return Path(platformdirs.user_cache_dir("snowpixel", appauthor=False))
