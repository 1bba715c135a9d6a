"""Setups that are set up once and gone back to as often as one likes, in the world and in the computer's files.

Setting one up takes most of a second, going back to it a fortieth of that; and each test begins from the very same.
"""

from pathlib import Path
from shutil import copytree

from wizard.practice.control_client import Control


class Finished:
    """Remembered setups of one practice world.

    Args:
        control: of the world.
        folder: where copies of the computers' files are kept.
    """

    def __init__(self, control: Control, folder: Path) -> None:
        self._control = control
        self._folder = folder

    def __contains__(self, name: str) -> bool:
        """Whether one is remembered under this name."""
        return self._files(name).is_dir()

    def keep(self, name: str, home: Path) -> None:
        """Remember the world as it is now, and the files of the computer with this data folder."""
        self._control.remember(name)
        copytree(home, self._files(name))

    def go_back(self, name: str, home: Path) -> None:
        """Have the world as it was, and in the data folder of a new computer the files that there were."""
        self._control.recall(name)
        copytree(self._files(name), home, dirs_exist_ok=True)

    def _files(self, name: str) -> Path:
        return self._folder / f"finished {name}"
