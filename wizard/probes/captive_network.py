"""Whether this computer's own network answers in CloudFront's place.

Asked of the distribution's own name, which only CloudFront can answer well: no record or choice of the user's can
spoil that, so whoever else answers there stands between this computer and the world. Asked only once something at the
pixel's name looks wrong. Such an answer says nothing about the setup: it is unknown, never failed.
"""

from wizard.model.ports import Handshake, Response, WebError
from wizard.model.results import Check, Status
from wizard.net.certificate_names import covers
from wizard.probes.eventual_consistency import LOOK_AGAIN
from wizard.probes.probe import Probe
from wizard.snowplow.pixel_response import by_cloudfront, in_front

AUTHORITY = "amazon"
"""Part of the issuer's name in every certificate of ACM and in CloudFront's own (Amazon Trust Services)."""


def of_amazon(seen: Handshake) -> bool:
    """Whether Amazon issued the certificate."""
    return AUTHORITY in seen.issuer.lower()


async def between(probe: Probe, host: str) -> Check | None:
    """Return the probe's result where a captive portal or a TLS-inspecting proxy answers; None where none does."""
    own = probe.context.made.distribution_domain
    if not own:
        return None
    try:
        plain = await probe.context.ports.web.get(f"http://{own}/i")
    except WebError:
        return await inspecting(probe, host)
    return await inspecting(probe, host) if by_cloudfront(plain) else _captive(probe, host, own, plain)


async def passes_on(probe: Probe, front: str) -> bool:
    """Whether a proxy of this computer's own network is what answers last: then it does at CloudFront's name too."""
    own = probe.context.made.distribution_domain
    if not own:
        return False
    try:
        plain = await probe.context.ports.web.get(f"http://{own}/i")
    except WebError:
        return False
    return in_front(plain) == front


def _captive(probe: Probe, host: str, own: str, plain: Response) -> Check:
    location = plain.headers.get("location", "")
    server = plain.headers.get("server", "unknown")
    observed = f"HTTP {plain.status}{f' to {location}' if location else ''}, server {server}"
    return probe.report(
        Status.UNKNOWN,
        f"{host} couldn't be checked: this network answers in CloudFront's place, as networks do before a sign-in",
        "captive-portal",
        observed=observed,
        look_again=LOOK_AGAIN,
        host=host,
        own=own,
        observed_there=observed,
    )


async def inspecting(probe: Probe, host: str) -> Check | None:
    """Return the probe's result where CloudFront's own certificate is replaced on the way; None where it is not."""
    own = probe.context.made.distribution_domain
    if not own:
        return None
    try:
        seen = await probe.context.ports.web.handshake(own)
    except WebError:
        return None
    if of_amazon(seen) or not covers(seen.names, own):
        return None
    return probe.report(
        Status.UNKNOWN,
        f"The certificate of {host} can't be seen from here: {seen.issuer} decrypts TLS connections in between",
        "tls-inspected",
        observed=f"{own} with a certificate of {seen.issuer}",
        host=host,
        own=own,
        issuer=seen.issuer,
    )
