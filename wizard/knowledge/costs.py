"""Monthly cost estimates from `assets/prices.toml` and stated assumptions.

An estimate at list prices, on the high side: it lets every event fetch a fresh pixel, and counts no free part but those
that never end. Money is `Decimal`, in US dollars.
"""

import tomllib
from datetime import date
from decimal import ROUND_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from wizard.model.setup import Goal, SetupChoices

_GB = 1024**3
_DAYS_MONTH = Decimal(30)
_SMALLEST = Decimal("0.0001")


class CostLine(Struct, frozen=True):
    """One position of the bill, for a month."""

    label: str
    quantity: Decimal
    unit: str
    """What is counted, and what the price is for."""
    unit_price: Decimal
    free: Decimal
    """The part of the quantity that AWS does not charge."""
    amount: Decimal

    @property
    def is_free(self) -> bool:
        """Whether nothing is charged."""
        return not self.amount


class Estimate(Struct, frozen=True):
    """A month's bill once the logs have reached their full age."""

    lines: tuple[CostLine, ...]
    total: Decimal
    for_tracker: Decimal
    """The part of the total that a pixel without the tracker's JavaScript would not cost."""
    currency: str
    as_of: date
    """When the prices were looked up."""
    assumptions: tuple[str, ...]
    pages: tuple[str, ...]
    """Where AWS publishes the prices."""


def estimate(
    events_per_month: int,
    retention_days: int,
    *,
    own_domain: bool,
    route53: bool,
    region: str = "eu-central-1",
    pixel: bool = True,
    tracker: bool = False,
) -> Estimate:
    """Estimate a month.

    Args:
        events_per_month: page views and other events of all visitors.
        retention_days: how long logs are kept.
        own_domain: whether the pixel has its own host name, hence a certificate.
        route53: whether the domain's zone is in Route 53.
        region: AWS region of the buckets.
        pixel: whether the pixel, hence its logs, is part of the setup.
        tracker: whether CloudFront also delivers the tracker's JavaScript.

    Raises:
        ValueError: a negative number of events or days.
    """
    if events_per_month < 0 or retention_days < 0:
        raise ValueError("Events and days can't be negative.")
    prices = _prices()
    events, loads = events_per_month if pixel else 0, _loads(events_per_month, prices) if tracker else Decimal(0)
    lines = _cloudfront(events, prices) if pixel else ()
    lines += _tracker(events, loads, prices) if tracker else ()
    lines += _storage(events + int(loads), retention_days, region, prices) if pixel else ()
    if own_domain and (pixel or tracker):
        lines += (_line("HTTPS certificate (ACM)", 1, "certificate", prices["acm"]["public_certificate"]),)
        lines += _zone(events_per_month, prices) if route53 else ()
    total = sum((line.amount for line in lines), Decimal(0))
    both = pixel and tracker
    alone = (
        estimate(events_per_month, retention_days, own_domain=own_domain, route53=route53, region=region)
        if both
        else None
    )
    return Estimate(
        lines=lines,
        total=total,
        for_tracker=total - alone.total if alone else Decimal(0),
        currency=prices["currency"],
        as_of=prices["as_of"],
        assumptions=_assumptions(prices, retention_days) + (_tracker_assumptions(prices) if tracker else ()),
        pages=tuple(prices["pages"].values()),
    )


def estimate_for(choices: SetupChoices, *, route53: bool) -> Estimate:
    """Estimate a month of what a setup is for.

    Args:
        choices: the setup's.
        route53: whether the domain's zone is in Route 53.
    """
    return estimate(
        choices.events_per_month,
        choices.retention_days,
        own_domain=choices.domain is not None,
        route53=route53,
        region=choices.region,
        pixel=Goal.PIXEL in choices.goals,
        tracker=Goal.JS_BUCKET in choices.goals,
    )


@cache
def _prices() -> dict[str, Any]:
    return tomllib.loads(files("assets").joinpath("prices.toml").read_text("utf-8"), parse_float=Decimal)


def _line(label: str, quantity: Decimal | int, unit: str, price: Decimal | int, free: Decimal | int = 0) -> CostLine:
    """Price a quantity, of which the first `free` cost nothing."""
    counted = Decimal(quantity).quantize(_SMALLEST, ROUND_UP)
    given = min(Decimal(free), counted)
    amount = ((counted - given) * Decimal(price)).quantize(_SMALLEST, ROUND_UP)
    return CostLine(label, counted, unit, Decimal(price), given, amount)


def _cloudfront(events: int, prices: dict[str, Any]) -> tuple[CostLine, ...]:
    price = prices["cloudfront"]
    transferred = Decimal(events) * prices["assumptions"]["transfer_bytes"] / _GB
    packs, free = Decimal(events) / 10_000, Decimal(price["free_requests"]) / 10_000
    return (
        _line("Requests (CloudFront)", packs, "10,000 requests", price["https_requests_10k"], free),
        _line("Transfer (CloudFront)", transferred, "GB", price["transfer_gb"], price["free_transfer_gb"]),
    )


def _loads(events: int, prices: dict[str, Any]) -> Decimal:
    """Return how often the JavaScript is fetched: browsers keep it for a year, so once for a visitor and some pages."""
    loads: Decimal = Decimal(events) / prices["assumptions"]["events_tracker_load"]
    return loads.to_integral_value(ROUND_UP)


def _tracker(events: int, loads: Decimal, prices: dict[str, Any]) -> tuple[CostLine, ...]:
    """Price the JavaScript; of the free part it gets what the pixel leaves."""
    price, assumed = prices["cloudfront"], prices["assumptions"]
    requests = max(Decimal(0), Decimal(price["free_requests"]) - events) / 10_000
    transfer = max(Decimal(0), price["free_transfer_gb"] - Decimal(events) * assumed["transfer_bytes"] / _GB)
    size = loads * assumed["tracker_bytes"] / _GB
    return (
        _line(
            "JavaScript, requests (CloudFront)",
            loads / 10_000,
            "10,000 requests",
            price["https_requests_10k"],
            requests,
        ),
        _line("JavaScript, transfer (CloudFront)", size, "GB", price["transfer_gb"], transfer),
    )


def gigabyte_stored(region: str) -> Decimal:
    """Return what storing a gigabyte of logs costs a month, in the estimate's currency."""
    prices = _prices()["s3"]
    return Decimal(prices.get(region, prices["default"])["storage_gb"])


def _storage(events: int, days: int, region: str, prices: dict[str, Any]) -> tuple[CostLine, ...]:
    price = prices["s3"].get(region, prices["s3"]["default"])
    assumed = prices["assumptions"]
    stored = Decimal(events) * assumed["log_line_bytes"] / _GB * days / _DAYS_MONTH
    written = min(events, assumed["log_files_hour"] * assumed["hours_month"])
    return (
        _line(
            "Log delivery (CloudWatch Logs)", Decimal(events) / 1_000_000, "million", prices["logs"]["delivery_to_s3"]
        ),
        _line("Log files written (S3)", Decimal(written) / 1000, "1,000 files", price["put_1k"]),
        _line("Log files stored (S3)", stored, "GB", price["storage_gb"]),
    )


def _zone(events: int, prices: dict[str, Any]) -> tuple[CostLine, ...]:
    price, millions = prices["route53"], Decimal(events) / 1_000_000
    return (
        _line("DNS zone (Route 53), unless you already have it", 1, "zone", price["hosted_zone"]),
        _line("DNS queries (Route 53 alias)", millions, "million", price["alias_queries_million"]),
    )


def _tracker_assumptions(prices: dict[str, Any]) -> tuple[str, ...]:
    every, size = (prices["assumptions"][name] for name in ("events_tracker_load", "tracker_bytes"))
    return (f"the JavaScript is fetched once for every {every} events (browsers keep it), {size:,} bytes compressed",)


def _assumptions(prices: dict[str, Any], days: int) -> tuple[str, ...]:
    assumed, cloudfront = prices["assumptions"], prices["cloudfront"]
    return (
        f"{assumed['log_line_bytes']} bytes of compressed log and {assumed['transfer_bytes']} of transfer an event",
        f"at most {assumed['log_files_hour']} log files an hour, kept for {days} days",
        (
            f"CloudFront's permanent free tier ({cloudfront['free_requests']:,} requests, "
            f"{cloudfront['free_transfer_gb']:,} GB a month) isn't used by anything else in the account"
        ),
        "visitors in Europe and North America; list prices without tax or discounts",
        "not counted: reading the logs, and the domain's yearly fee",
        # AWS Free Tier user guide, "Free plan" (accounts opened since July 15, 2025).
        "an AWS account on the free plan closes after 6 months, or once its credits are used up, unless you upgrade it",
    )
