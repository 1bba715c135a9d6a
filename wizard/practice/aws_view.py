"""What the rules remember of AWS: certificates, distributions, and names in use elsewhere."""

from copy import deepcopy
from dataclasses import dataclass, field


@dataclass
class EmulatedCertificate:
    """One ACM certificate. Times are seconds since the epoch."""

    arn: str
    names: tuple[str, ...]
    """Domain name first, then the other subject alternative names, lower case."""
    requested_at: float
    token: str = ""
    issued_at: float | None = None
    failure: str = ""
    """ACM's FailureReason; not empty means FAILED."""
    timed_out: bool = False
    algorithm: str = "RSA_2048"
    renewal: str = ""
    """ACM's RenewalStatus; empty before the first renewal."""
    renewal_reason: str = ""
    """ACM's RenewalStatusReason, where one is given."""
    renewal_at: float = 0.0
    """When the renewal was last looked at."""

    @property
    def region(self) -> str:
        """The region in the ARN."""
        return self.arn.split(":")[3]

    def covers(self, name: str) -> bool:
        """Whether a browser would accept it for `name`: exact, or a wildcard for exactly one label."""
        _, _, parent = name.partition(".")
        return name in self.names or f"*.{parent}" in self.names


@dataclass(frozen=True)
class Revision:
    """One version of a distribution's configuration."""

    config: str
    """The DistributionConfig document."""
    aliases: tuple[str, ...]
    certificate: str
    """ARN; empty for CloudFront's own certificate."""
    enabled: bool
    ipv6: bool
    used: frozenset[str]
    """Ids of the access controls and policies it refers to."""
    deployed_at: float


@dataclass
class EmulatedDistribution:
    """One distribution with its history, newest last."""

    id: str
    arn: str
    domain: str
    caller_reference: str
    revisions: list[Revision]

    @property
    def current(self) -> Revision:
        """The configuration as the API shows it."""
        return self.revisions[-1]

    def live(self, now: float) -> Revision | None:
        """Return the configuration that the edge serves at `now`; None while the first one is being deployed."""
        return next((revision for revision in reversed(self.revisions) if revision.deployed_at <= now), None)

    def deployed(self, now: float) -> bool:
        """Whether the newest configuration is served."""
        return self.current.deployed_at <= now


def alias_matches(alias: str, name: str) -> bool:
    """Whether an alternate domain name, wildcard or not, serves `name`."""
    return alias == name or (alias.startswith("*.") and name.partition(".")[2] == alias[2:])


@dataclass
class View:
    """Everything that the rules remember."""

    certificates: dict[str, EmulatedCertificate] = field(default_factory=dict)
    distributions: dict[str, EmulatedDistribution] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)
    """Aliases that belong to a distribution of some other account."""
    deleted_buckets: dict[str, float] = field(default_factory=dict)
    """Bucket name to the time it was deleted."""

    def clear(self) -> None:
        """Forget everything."""
        self.certificates.clear()
        self.distributions.clear()
        self.claimed.clear()
        self.deleted_buckets.clear()

    def put_back(self, earlier: "View") -> None:
        """Remember again what was remembered earlier; this object stays, since others hold it."""
        self.clear()
        copied = deepcopy(earlier)
        self.certificates.update(copied.certificates)
        self.distributions.update(copied.distributions)
        self.claimed.update(copied.claimed)
        self.deleted_buckets.update(copied.deleted_buckets)

    def using(self, thing: str) -> list[EmulatedDistribution]:
        """Return the distributions that refer to a certificate ARN or to the id of an access control or policy."""
        return [
            each
            for each in self.distributions.values()
            if thing == each.current.certificate or thing in each.current.used
        ]

    def by_domain(self, host: str) -> EmulatedDistribution | None:
        """Return the distribution with this `d….cloudfront.net` name."""
        return next((each for each in self.distributions.values() if each.domain == host), None)

    def elsewhere(self, host: str, now: float) -> str:
        """Return the alias by which a distribution of another account serves `host`; empty where none does.

        The most specific alias wins, whichever distribution DNS leads to (CloudFront guide: alternate domain names that
        overlap, in one account or in several).
        """
        live = [revision for each in self.distributions.values() if (revision := each.live(now))]
        if self.by_domain(host) or any(host in revision.aliases for revision in live):
            return ""
        wild = next((alias for alias in self.claimed if alias_matches(alias, host)), "")
        return host if host in self.claimed else wild

    def serving(self, host: str, now: float) -> EmulatedDistribution | None:
        """Return the distribution that the edge picks for `host`: its own name, or an alias that is deployed."""
        own = self.by_domain(host)
        if own:
            return own
        live = [(each, revision) for each in self.distributions.values() if (revision := each.live(now))]
        exact = [each for each, revision in live if host in revision.aliases]
        wild = [each for each, revision in live if any(alias_matches(alias, host) for alias in revision.aliases)]
        return next(iter(exact + wild), None)
