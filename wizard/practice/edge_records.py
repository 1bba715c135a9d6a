"""What the CloudFront edge keeps: requests for the access log, and cached responses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One request at the edge: when, at which distribution, and the value of every log field."""

    at: float
    distribution: str
    arn: str
    fields: dict[str, str]


@dataclass
class EdgeResponse:
    """What the edge sends. Header names are lower case; `result` is the log's x-edge-result-type."""

    status: int
    headers: dict[str, str]
    body: bytes
    result: str


@dataclass
class Kept:
    """An answer in the edge's cache, until `until`."""

    answer: EdgeResponse
    since: float
    until: float
