"""Client of a practice world's control: play the DNS provider, reset, inject faults, count calls.

Synchronous and small; every method is one request on loopback. Made for `snowpixel practice dns`, tests and benchmarks.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from wizard.practice.worldfile import WorldFile

TIMEOUT = 10.0
"""Seconds to wait for an answer."""
_THROTTLED = {"s3": ("SlowDown", 503), "acm": ("ThrottlingException", 400), "logs": ("ThrottlingException", 400)}


class ControlError(Exception):
    """The world refused a command, or does not answer; the text says why."""


class Control:
    """The knobs of one running world."""

    def __init__(self, world: WorldFile) -> None:
        self._url = world.control
        self._token = world.token
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback needs no proxy

    def _do(self, command: str, **parameters: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - our own http URL from world.json
            self._url,
            data=json.dumps({"do": command, **parameters}).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT) as reply:
                return json.load(reply)["result"]
        except urllib.error.HTTPError as error:
            raise ControlError(_reason(error)) from error
        except (OSError, ValueError) as error:
            raise ControlError(f"the practice world doesn't respond: {error}") from error

    def touch(self) -> int:
        """Say that a client is there; return the process id of the world."""
        return int(self._do("touch")["pid"])

    def stop(self) -> None:
        """End the world."""
        self._do("stop")

    def reset(self) -> None:
        """Go back to a fresh world at once; addresses, keys and the root certificate stay valid."""
        self._do("reset")

    def remember(self, name: str) -> None:
        """Keep the world as it is now, to go back to it as often as one likes; troubles and calls are not kept."""
        self._do("remember", name=name)

    def recall(self, name: str) -> None:
        """Go back to a remembered world at once; addresses, keys, the pace and the root certificate stay.

        Raises:
            ControlError: nothing is remembered under this name.
        """
        self._do("recall", name=name)

    def set_pace(self, pace: float) -> None:
        """Change the time scale: real seconds per nominal second of AWS's delays; 0 is immediate."""
        self._do("pace", pace=pace)

    # The DNS provider's web page.

    def add_record(self, name: str, rdtype: str, value: str, *, ttl: int = 300) -> None:
        """Add a record to the user's zone; names are absolute, trailing dots optional.

        Raises:
            ControlError: the name is in no zone of the user's, or the value does not fit.
        """
        self._do("add_record", name=name, type=rdtype, value=value, ttl=ttl)

    def remove_record(self, name: str, rdtype: str) -> int:
        """Remove the records of this name and type; return how many there were."""
        return int(self._do("remove_record", name=name, type=rdtype))

    def records(self) -> list[dict[str, Any]]:
        """Return the records of the user's zone as `name`, `type`, `value` and `ttl`."""
        return list(self._do("records"))

    def add_zone_in_route53(self, *, delegated: bool = True) -> str:
        """Move the user's zone to Route 53 of the world's account; return the hosted zone's id.

        With `delegated` false a stale zone is made: it is in the account, but the world does not ask its name servers.
        """
        return str(self._do("add_zone_in_route53", delegated=delegated))

    # Trouble.

    def fail(
        self,
        service: str,
        operation: str,
        error_code: str,
        status: int = 400,
        times: int = 1,
        *,
        message: str = "Injected by the test",
    ) -> None:
        """Refuse the next `times` calls of an operation (`*`: of any) with an AWS error; nothing is carried out."""
        self._fault(service, operation, "refuse", times, code=error_code, status=status, message=message)

    def throttle(self, service: str, operation: str = "*", times: int = 1) -> None:
        """Refuse the next calls the way the service says that it is asked too often."""
        code, status = _THROTTLED.get(service, ("Throttling", 400))
        self.fail(service, operation, code, status, times, message="Rate exceeded")

    def drop_reply(self, service: str, operation: str, times: int = 1) -> None:
        """Carry the next calls out, but close the connection in the middle of the reply."""
        self._fault(service, operation, "drop", times)

    def stall(self, service: str, operation: str, seconds: float, times: int = 1) -> None:
        """Carry the next calls out only after `seconds` (real): past the client's patience this is a read time-out."""
        self._fault(service, operation, "stall", times, seconds=seconds)

    def reset_connection(self, service: str, operation: str, times: int = 1) -> None:
        """Cut the connection of the next calls; nothing is carried out."""
        self._fault(service, operation, "reset", times)

    def stalled(self) -> int:
        """Return how many calls wait in a stall; each is carried out when it ends, as late requests are at AWS."""
        return int(self._do("stalled"))

    def _fault(self, service: str, operation: str, kind: str, times: int, **more: Any) -> None:
        self._do("fault", service=service, operation=operation, kind=kind, times=times, **more)

    def clear_faults(self) -> None:
        """Forget planned troubles that have not happened."""
        self._do("clear_faults")

    def silence_dns(self, address: str | None, mode: str = "silent") -> None:
        """Make the name server at `address` (or `resolver`) `silent`, `servfail` or `refused`; None heals all."""
        self._do("dns", address=address, mode=mode)

    def lag_dns(self, address: str, seconds: float) -> None:
        """Let the name server at `address` show what was true `seconds` (real) ago."""
        self._do("dns", address=address, lag=seconds)

    def fail_certificate(self, arn: str, reason: str = "OTHER") -> None:
        """Make a certificate FAILED with this FailureReason."""
        self._do("certificate", arn=arn, failure=reason)

    def time_out_certificate(self, arn: str) -> None:
        """Make a certificate VALIDATION_TIMED_OUT, as after 72 hours."""
        self._do("certificate", arn=arn, timed_out=True)

    def renew_certificate(self, arn: str, status: str, reason: str = "", ago: float = 0.0) -> None:
        """Give an issued certificate this RenewalStatus and reason, last looked at so many seconds ago."""
        self._do("renewal", arn=arn, status=status, reason=reason, ago=ago)

    def claim_alias(self, name: str) -> None:
        """Give an alias to a distribution of some other account, which answers there: adding it is CNAMEAlreadyExists.

        A wildcard answers for every name below it that is no alias here.
        """
        self._do("claim_alias", name=name)

    def hold_bucket_writes(self) -> None:
        """Keep every write of a bucket's settings under way until `release_bucket_writes`."""
        self._do("hold_bucket_writes", hold=True)

    def release_bucket_writes(self) -> None:
        """Let the writes of bucket settings that are held go on, and all later ones."""
        self._do("hold_bucket_writes", hold=False)

    def held(self) -> int:
        """Return how many writes of bucket settings are under way."""
        return int(self._do("held"))

    def settings(
        self,
        *,
        log_encoding: str | None = None,
        bucket_cooldown: float | None = None,
        momentary: Mapping[str, int] | None = None,
        lost_log_seed: str | None = None,
        staleness_seed: str | None = None,
    ) -> None:
        """Change how the world behaves.

        Args:
            log_encoding: how the log writes a query: `double` (`%` as `%25`) or `single`.
            bucket_cooldown: real seconds for which the name of a deleted bucket is refused.
            momentary: refusals that pass by themselves (`rules.momentary`), and how often each is met for each thing.
            lost_log_seed: decides which of a distribution's first log lines are lost; empty: none.
            staleness_seed: decides for how long what is made or changed stays unseen; empty: not at all.
        """
        self._do(
            "settings",
            log_encoding=log_encoding,
            bucket_cooldown=bucket_cooldown,
            momentary=None if momentary is None else dict(momentary),
            lost_log_seed=lost_log_seed,
            staleness_seed=staleness_seed,
        )

    def calm(self) -> None:
        """Let no temporary fault happen: all that was and will be made and changed is seen by everybody."""
        self.settings(momentary={}, staleness_seed="")

    # Looking.

    def flush_logs(self) -> int:
        """Write every access-log file now instead of when it is due; return how many were written."""
        return int(self._do("flush_logs"))

    def age(self, bucket: str, days: int) -> None:
        """Do what a bucket's lifecycle rules do once everything in it is `days` older."""
        self._do("age", bucket=bucket, days=days)

    def forget_cache(self) -> None:
        """Empty the edge's cache and the resolver's, as if long enough had passed."""
        self._do("forget_cache")

    def calls(self) -> list[tuple[str, str, bool]]:
        """Return the AWS calls seen since the last reset or `clear_calls`: service, operation, whether it writes.

        Calls that authentication or authorization refused are not in it.
        """
        return [(service, operation, writes) for service, operation, writes in self._do("calls")]

    def clear_calls(self) -> None:
        """Start a new list of calls."""
        self._do("clear_calls")


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError):
        return f"HTTP {error.code}"
