"""How long AWS takes, in nominal seconds, and the clock that shrinks them.

Nothing here runs a timer: a delay is a due time that is compared with the clock when somebody looks.
"""

import time
from dataclasses import dataclass

DEFAULT_PACE = 0.05
"""Seconds of practice per nominal second, for a person: a deployment takes nine seconds."""

RECORD_SHOWN = 5.0
"""RequestCertificate to the first DescribeCertificate with a ResourceRecord ("some seconds", botocore's ACM model)."""
CERTIFICATE_ISSUED = 60.0
"""Validation record live to ISSUED; 2 to 102 seconds were seen in public Terraform logs."""
CERTIFICATE_USABLE = 10.0
"""ISSUED to accepted by CloudFront; until then InvalidViewerCertificate."""
VALIDATION_WINDOW = 72 * 3600.0
"""RequestCertificate to VALIDATION_TIMED_OUT (ACM user guide)."""
TOKEN_REMEMBERED = 3600.0
"""How long ACM knows an idempotency token (botocore's ACM model)."""
DEPLOYED = 180.0
"""Create or update of a distribution to Deployed."""
LOG_FILE = 120.0
"""Request at the edge to its line in the log bucket; the real service takes minutes to hours."""
INSYNC = 30.0
"""Route 53 change to INSYNC, and to its record being served."""


@dataclass
class Timing:
    """The world's clock.

    Attributes:
        pace: seconds that pass for one nominal second; 0 makes every delay nothing.
    """

    pace: float = DEFAULT_PACE

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def after(self, nominal: float, start: float | None = None) -> float:
        """Return the time `nominal` seconds after `start` (default: now)."""
        return (self.now() if start is None else start) + nominal * self.pace
