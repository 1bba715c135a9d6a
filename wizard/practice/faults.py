"""Injected faults for tests: refusals, lost replies, and stalls of one operation."""

from dataclasses import dataclass, field


@dataclass
class InjectedFault:
    """One planned trouble.

    Attributes:
        service: service as in the emulator (`s3`, `acm`, `cloudfront`, `logs`, `route53`, `sts`, …) or `*`.
        operation: API operation or `*`.
        kind: `refuse` (nothing happens), `reset` (nothing happens, the connection is cut), `drop` (it happens, the
            reply is cut off), `stall` (it waits first).
        times: how many calls it still hits.
    """

    service: str
    operation: str
    kind: str
    times: int = 1
    code: str = ""
    message: str = "Injected by the test"
    status: int = 400
    seconds: float = 0.0


@dataclass
class Faults:
    """The planned troubles, in the order in which they were planned."""

    planned: list[InjectedFault] = field(default_factory=list)
    stalled: int = 0
    """Calls that wait at this moment; they are carried out although their clients may have given up."""

    def take(self, service: str, operation: str) -> InjectedFault | None:
        """Return the fault that hits this call, using it up by one."""
        for fault in self.planned:
            if fault.service in ("*", service) and fault.operation in ("*", operation):
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                return fault
        return None
