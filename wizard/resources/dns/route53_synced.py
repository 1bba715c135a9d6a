"""Whether a Route 53 zone's name servers have a change already.

Route 53 tells how far a change is by its id. Whoever never read that id (the reply was lost) or does not know it any
more (the program was started anew) looks at the name servers themselves instead. Resolvers are not asked: see
`wizard.resources.dns.manual_record`.
"""

from collections.abc import Iterable

from wizard.aws.services.route53 import RecordSet
from wizard.model.ports import Dns, DnsAnswer, DnsUnreachableError
from wizard.resources.dns.hosted_zones import plain
from wizard.resources.dns.record_values import same

TYPES = ("CNAME", "A", "AAAA")
"""The types that records of ours have."""


async def all_have(dns: Dns, found: Iterable[RecordSet]) -> bool:
    """Whether every name server that answers has these record sets; True where none can be asked from here.

    Of an alias only its presence can be seen: it is answered with addresses of CloudFront, which differ by the minute.
    """
    for each in found:
        for answer in await _asked(dns, plain(each.name), each.type):
            if not _has(answer, each):
                return False
    return True


async def some_have(dns: Dns, name: str) -> bool:
    """Whether a name server still answers with a record at a name that should have none of ours."""
    for rdtype in TYPES:
        if any(answer.records for answer in await _asked(dns, name, rdtype)):
            return True
    return False


async def _asked(dns: Dns, name: str, rdtype: str) -> tuple[DnsAnswer, ...]:
    try:
        return tuple(answer for answer in await dns.ask_authorities(name, rdtype) if answer.seen)
    except DnsUnreachableError:
        return ()


def _has(answer: DnsAnswer, wanted: RecordSet) -> bool:
    if wanted.alias is not None:
        return bool(answer.records)
    targets = [plain(each) for each in wanted.values]
    return any(same(value, target) for value in answer.records for target in targets)
