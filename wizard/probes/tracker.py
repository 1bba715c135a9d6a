"""The tracker from the bucket as a browser gets it: compressed, for any origin, cached for a year, and unchanged."""

from wizard.model.ports import Response, WebError
from wizard.model.results import Check, Copyable, Problem, Status
from wizard.probes.authoritative_first import unpublished
from wizard.probes.captive_network import between
from wizard.probes.eventual_consistency import LOOK_AGAIN, maybe_passing, not_made, unreached
from wizard.probes.probe import Probe
from wizard.snowplow.pixel_response import (
    NOT_CLOUDFRONT,
    by_cloudflare,
    by_cloudfront,
    in_front,
    of_cloudflare,
    proxied,
)
from wizard.snowplow.refusals import PASSING, generated, refused, told
from wizard.snowplow.tracker.served import ANSWER_LIMIT, ASKING, DeliveryFault, faults, undecodable

_OK = 200


class TrackerHttpsProbe(Probe):
    """Asks at the public name, as a page on another site does."""

    id = "tracker-https"
    title = "The tracker, as a browser gets it"
    needs = ("serving", "tracker-object", "content-bucket.policy", "pixel-record")

    async def look(self) -> Check:
        """Look once."""
        made, host = self.context.made, self.context.choices.domain or self.context.made.distribution_domain
        file = made.tracker
        stored = {one.key for one in made.trackers_stored}  # the file may be chosen from elsewhere since
        if not host or not made.distribution_domain or file is None or file.key not in stored:
            return not_made(self)
        url = f"https://{host}/{file.key}"
        if early := await unpublished(self, host):
            return early
        try:
            answer = await self.context.ports.web.get(url, headers=ASKING, limit=ANSWER_LIMIT)
        except WebError as error:
            return await self._no_answer(host, url, error)
        found = [*_not_ours(answer, host, url), *faults(answer, file, url)]
        if found:
            strange = await between(self, host) if found[0].problem == NOT_CLOUDFRONT.problem else None
            return strange or self._faulty(url, found[0])
        return self.ok(
            f"{url} delivers tracker {file.version}",
            observed=f"{answer.headers.get('content-encoding')}, {file.sha384}",
            url=url,
            version=file.version,
        )

    async def _no_answer(self, host: str, url: str, error: WebError) -> Check:
        if error.kind == "encoding":
            return self._faulty(url, undecodable(url, str(error)))
        if error.kind == "tls":
            untrusted = DeliveryFault("tracker-untrusted", f"No trusted connection to {url}", observed=str(error))
            return await between(self, host) or self._faulty(url, untrusted)
        return await unreached(self, host, error)

    def _faulty(self, url: str, fault: DeliveryFault) -> Check:
        passing = fault.problem in PASSING
        check = Check(
            self.id,
            "",
            Status.UNKNOWN if passing else Status.FAILED if fault.serious else Status.WARNING,
            fault.summary,
            look_again=LOOK_AGAIN if passing else None,
            observed=fault.observed,
            expected=fault.expected,
            problem=Problem(
                fault.problem,
                {
                    "url": url,
                    "host": _host(url),
                    "name": _host(url),
                    "front": fault.observed,
                    "observed": fault.observed,
                    "wanted": fault.expected,
                },
            ),
            copy=(Copyable("Address", url),),
        )
        return maybe_passing(self, check)


def _host(url: str) -> str:
    return url.split("/")[2]


def _not_ours(answer: Response, host: str, url: str) -> list[DeliveryFault]:
    """Tell CloudFront's own refusals, and answers of somebody else, before the file itself is judged."""
    if by_cloudflare(answer):
        known = of_cloudflare(answer)
    elif not by_cloudfront(answer):
        known = NOT_CLOUDFRONT
    elif front := in_front(answer):
        known = proxied(front)
    elif answer.status != _OK and (answer.status not in (404, 410) or generated(answer)):
        known = refused(answer)
    else:
        return []
    observed = in_front(answer) or told(answer)
    if known.problem in ("pixel-access-denied", "pixel-missing"):  # S3 says the same of a file that is not there
        return [
            DeliveryFault(
                "tracker-missing", f"There is no file at {url}, or CloudFront can't read it", observed=observed
            )
        ]
    return [DeliveryFault(known.problem, known.summary.format(host=host), observed=observed)]
