"""A product whose clock can be moved, for what takes hours."""

import time
from dataclasses import replace

from wizard.aws.keys import KeySource
from wizard.aws.timeouts import WALK, CallTimeouts
from wizard.model.ports import Ports
from wizard.model.setup import SetupChoices
from wizard.net.clock import SystemClock
from wizard.service import Service

HOUR = 3600.0


class MovedClock(SystemClock):
    """Real time, moved ahead by as much as a test says."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead


class MovedService(Service):
    """The product with such a clock.

    Args:
        service: the product to take the surroundings of.
    """

    def __init__(self, service: Service) -> None:
        super().__init__(service.environment)
        self.clock = MovedClock()

    def ports(self, choices: SetupChoices, patience: CallTimeouts = WALK, source: KeySource | None = None) -> Ports:
        return replace(super().ports(choices, patience, source), clock=self.clock)
