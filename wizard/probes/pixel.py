"""The pixel as a browser gets it: at the distribution, at the public name, and over plain HTTP.

No request carries an event's `e=`, so nothing that is looked at here is ever counted as one.
"""

from msgspec.structs import replace

from wizard.model.ports import Response, WebError
from wizard.model.results import Check, Problem, Status
from wizard.model.setup import ViewerPolicy
from wizard.probes.authoritative_first import unpublished
from wizard.probes.captive_network import between, passes_on
from wizard.probes.eventual_consistency import LOOK_AGAIN, catching_up, maybe_passing, not_made, unreached
from wizard.probes.ip_families import other_family
from wizard.probes.probe import Probe
from wizard.snowplow.pixel_response import (
    BANNED,
    CACHE_CONTROL,
    CLOUDFLARE,
    IN_FRONT,
    MARK,
    NOT_CLOUDFRONT,
    SERVED,
    by_cloudfront,
    fault_behind,
    fault_in,
    in_front,
    proxied,
)
from wizard.snowplow.refusals import (
    NOT_ATTACHED,
    PASSING,
    REDIRECTED,
    UNEXPECTED,
    PixelFault,
    Sender,
    refused,
    sender,
    told,
)

ORIGIN = {"Origin": "https://example.com"}
"""As a page on another site would send it: without it the CORS header is not there to be looked at."""

PAGE_LIMIT = 65_536
"""Bytes of an answer that are read; refusal pages are longer than pixels."""

TAKEOVER = 86_400.0
"""Seconds after which a record that leads to a distribution without the alias is a risk, not a stage of the work."""


WANTED = {ViewerPolicy.REDIRECT: "a redirect to HTTPS", ViewerPolicy.HTTPS_ONLY: "HTTP 403"}


def faulty(probe: Probe, host: str, fault: PixelFault, observed: str, expected: str = "", *, front: str = "") -> Check:
    """Report what is wrong at `host`, as a wait where it may pass by itself; `front` is a proxy before CloudFront.

    What only says that somebody is busy couldn't be checked, in a young setup as in an old one.
    """
    passing = fault.problem in PASSING
    check = Check(
        probe.id,
        "",
        Status.UNKNOWN if passing else Status.FAILED if fault.serious else Status.WARNING,
        fault.summary.format(host=host),
        look_again=LOOK_AGAIN if passing else None,
        observed=observed,
        expected=expected,
        problem=Problem(
            fault.problem, {"host": host, "name": host, "front": front, "observed": observed, "wanted": expected}
        ),
    )
    return maybe_passing(probe, check)


NOT_ACCEPTED = "certificate-not-accepted"


class _PixelProbe(Probe):
    """What the two probes of the pixel share."""

    async def fetch(self, host: str, connect_to: str | None = None) -> Check:
        """GET the pixel at `host` and judge it."""
        try:
            response = await self.context.ports.web.get(
                f"https://{host}/i", connect_to=connect_to, headers=ORIGIN, limit=PAGE_LIMIT
            )
        except WebError as error:
            return await self._no_answer(host, error)
        fault = fault_in(response)
        if fault and fault.problem == IN_FRONT and await passes_on(self, in_front(response)):
            fault = fault_behind(response)
        if fault is None:
            return await self._of_another(host, response) or self._good(host, response)
        strange = await between(self, host) if fault == NOT_CLOUDFRONT else None
        return strange or self._bad(host, response, await self._looked_into(host, response, fault))

    async def _looked_into(self, host: str, response: Response, fault: PixelFault) -> PixelFault:
        """Look whether a page of CloudFront's that says nothing is about the name: is the pixel served at its own?"""
        own = self.context.made.distribution_domain or ""
        if fault.problem != UNEXPECTED or sender(response) is not Sender.CLOUDFRONT or host == own:
            return fault
        try:
            answer = await self.context.ports.web.get(f"https://{own}/i", headers=ORIGIN, limit=PAGE_LIMIT)
        except WebError:
            return fault
        return NOT_ATTACHED if fault_in(answer) is None else fault

    async def _no_answer(self, host: str, error: WebError) -> Check:
        if error.unreached:
            return await unreached(self, host, error)
        if early := await between(self, host):
            return early
        if error.kind != "tls":
            return faulty(self, host, PixelFault("not-cloudfront", "{host} doesn't respond over HTTP"), str(error))
        return faulty(self, host, PixelFault(NOT_ACCEPTED, "No trusted connection to {host}"), str(error))

    async def _of_another(self, host: str, response: Response) -> Check | None:
        """Return the check's result where another distribution answers, which serves a pixel as well.

        CloudFront chooses the distribution by the name that is asked for, wherever DNS leads, and nothing of its own
        in an answer tells which it was. Our pixel carries our mark; where the mark is missing, the distribution is
        asked by its own name whether it serves one.
        """
        mine, seen = self.context.state.setup.id, response.headers.get(MARK, "")
        own = self.context.made.distribution_domain or ""
        if seen == mine or (not seen and not await self._marked(own, host)):
            return None
        observed = f"the pixel of setup {seen}" if seen else "a pixel without this setup's ID"
        fault = PixelFault("distribution-of-another", "Another distribution answers at {host}: its events go elsewhere")
        return faulty(self, host, fault, observed, f"the pixel of setup {mine}, as at {own}")

    async def _marked(self, own: str, host: str) -> bool:
        """Whether our distribution, asked by its own name, serves the pixel with our mark."""
        if host == own:
            return False
        try:
            answer = await self.context.ports.web.get(f"https://{own}/i", headers=ORIGIN, limit=PAGE_LIMIT)
        except WebError:
            return False
        return answer.headers.get(MARK) == self.context.state.setup.id

    def _good(self, host: str, response: Response) -> Check:
        kind = response.headers["content-type"] if response.status == 200 else "unchanged"  # noqa: PLR2004
        headers = response.headers
        check = self.ok(
            f"https://{host}/i serves the pixel",
            observed=f"HTTP {response.status}, {kind}, {len(response.body)} bytes",
        )
        return replace(
            check,
            evidence={
                "answered_by": "cloudfront",
                "host": host,
                "cf_id": headers["x-amz-cf-id"],
                "cache": headers.get("x-cache", ""),
                "place": headers.get("x-amz-cf-pop", ""),
                "address": response.address,
            },
        )

    def _bad(self, host: str, response: Response, fault: PixelFault) -> Check:
        observed = told(response)
        if fault.problem == "cache-control-differs":
            observed = response.headers.get("cache-control", "no Cache-Control")
        if fault.problem.startswith("cors-"):
            observed = response.headers.get("access-control-allow-origin", "no Access-Control-Allow-Origin")
        wanted, front = (CACHE_CONTROL if "cache" in fault.problem else ""), in_front(response)
        check = faulty(self, host, fault, observed, wanted, front=front)
        answered_by = "cloudfront" if by_cloudfront(response) and not front else "another"
        return replace(check, evidence={"answered_by": answered_by, "host": host})


class PixelDirectProbe(_PixelProbe):
    """Asks the distribution itself, presenting the pixel's name: proves alias, certificate and pixel before DNS."""

    id = "pixel-direct"
    title = "The pixel, requested from the distribution itself"
    needs = ("serving", "content-bucket.policy", "pixel-i")

    async def look(self) -> Check:
        """Look once. While the name is being attached, the distribution's own name tells whether the rest works."""
        own = self.context.made.distribution_domain
        if not own:
            return not_made(self)
        domain = self.context.choices.domain
        check = await self.fetch(domain or own, own)
        if not domain or check.status is not Status.WAITING or not catching_up(self.context, self.id):
            return check
        at_own = await self.fetch(own, own)
        if at_own.status is not Status.OK:
            return at_own if at_own.status is Status.FAILED else check
        summary = f"The pixel is served at {own}; {domain} is not attached yet, or not everywhere"
        return replace(check, summary=summary, evidence=at_own.evidence)


class PixelHttpsProbe(_PixelProbe):
    """Asks at the public name, as a visitor's browser does."""

    id = "pixel-https"
    title = "The pixel, as a browser gets it"
    needs = ("serving", "pixel-record", "content-bucket.policy", "pixel-i")

    async def look(self) -> Check:
        """Look once."""
        own = self.context.made.distribution_domain
        if not own:
            return not_made(self)
        host = self.context.choices.domain or own
        if early := await unpublished(self, host):
            return early
        check = await self.fetch(host)
        if check.status is Status.OK:
            other = await other_family(self, host, check.evidence["address"], f"https://{host}/i", ORIGIN)
            return maybe_passing(self, other) if other else check
        return self._takeover(host, check) if self._detached(check) and self._dangling() else check

    def _detached(self, check: Check) -> bool:
        """Whether the distribution does not take the name: it says so, or it has no certificate for it yet."""
        seen = check.problem.id if check.problem else ""
        return seen == NOT_ATTACHED.problem or (seen == NOT_ACCEPTED and self.context.made.alias is None)

    def _dangling(self) -> bool:
        """Whether the user's own record has been leading for a day to a distribution that does not take the name."""
        seen = self.context.made.records_seen.get("pixel-record")
        old = seen is not None and self.context.ports.clock.now() - seen > TAKEOVER
        return old and not self.context.made.hosted_zone

    def _takeover(self, host: str, check: Check) -> Check:
        summary = f"{host} has pointed to CloudFront for over a day without being attached: others could take it"
        values = {"host": host, "target": self.context.made.distribution_domain or ""}
        return replace(
            check, status=Status.FAILED, summary=summary, problem=Problem("takeover-risk", values), look_again=None
        )


class HttpRedirectProbe(Probe):
    """Asks over plain http: sent on to https, or refused, as chosen; never served."""

    id = "http-redirect"
    title = "Plain HTTP"
    needs = ("serving", "pixel-record")

    async def look(self) -> Check:
        """Look once."""
        own = self.context.made.distribution_domain
        if not own:
            return not_made(self)
        host = self.context.choices.domain or own
        if early := await unpublished(self, host):
            return early
        try:
            response = await self.context.ports.web.get(f"http://{host}/i", headers=ORIGIN, limit=PAGE_LIMIT)
        except WebError as error:
            return await unreached(self, host, error)
        strange = await between(self, host) if fault_in(response) == NOT_CLOUDFRONT else None
        front = in_front(response)
        ours = bool(front) and await passes_on(self, front)
        return strange or await self._judge(host, response, "" if ours else front)

    async def _judge(self, host: str, response: Response, front: str) -> Check:
        viewer = self.context.choices.viewer
        location = response.headers.get("location", "")
        observed = f"HTTP {response.status} {location}" if location else told(response)
        redirects = response.status in (301, 302, 307, 308) and location.startswith(f"https://{host}/")
        as_chosen = redirects if viewer is ViewerPolicy.REDIRECT else response.status == 403  # noqa: PLR2004 - Forbidden
        if as_chosen and by_cloudfront(response) and not front:
            done = "is redirected to HTTPS" if redirects else "is refused"
            return self.ok(f"http://{host} {done}", observed=observed, host=host)
        fault = await self._fault(host, response, front)
        if fault.problem == "viewer-policy-differs" and "distribution" not in self.context.state.setup.stood:
            summary = f"Plain HTTP at {host} is handled as you chose once your choice is applied"
            return self.report(
                Status.WAITING,
                summary,
                "not-applied",
                observed=observed,
                expected=WANTED[viewer],
                resource=self.title,
                found=observed,
            )
        return faulty(self, host, fault, observed, WANTED[viewer], front=front)

    async def _fault(self, host: str, response: Response, front: str) -> PixelFault:
        found = fault_in(response)
        if found in (CLOUDFLARE, BANNED, NOT_CLOUDFRONT):
            return found
        if front:
            return proxied(front)
        if response.status in SERVED:
            return PixelFault("http-served-plain", "http://{host}/i is served without encryption")
        known = refused(response)
        if known.problem not in (UNEXPECTED, REDIRECTED) and await self._same_over_https(host, known):
            return known
        return PixelFault("viewer-policy-differs", "Plain HTTP at {host} isn't handled as you chose")

    async def _same_over_https(self, host: str, known: PixelFault) -> bool:
        """Whether HTTPS meets the same refusal: if not, it is about plain HTTP, where CloudFront's page is the same."""
        if known.problem in PASSING:
            return True
        try:
            answer = await self.context.ports.web.get(f"https://{host}/i", headers=ORIGIN, limit=PAGE_LIMIT)
        except WebError as error:
            return error.kind == "tls"  # a name that isn't attached has no certificate either
        found = fault_in(answer)
        return found is not None and found.problem == known.problem
