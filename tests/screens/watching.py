"""Keys, counted: what a first setup asks of a user's fingers is a promise."""

from dataclasses import dataclass

from tests.screens.driving import Driver


@dataclass
class CountingKeys:
    """Presses keys and counts them."""

    pilot: Driver
    pressed: int = 0

    async def press(self, *keys: str) -> None:
        self.pressed += len(keys)
        await self.pilot.press(*keys)
