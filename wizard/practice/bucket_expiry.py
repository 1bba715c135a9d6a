"""What S3's lifecycle rules do as time passes: in a versioned bucket an expired file is hidden, not gone.

Source: S3 guide, "Managing the lifecycle of objects": expiration adds a delete marker where versions are kept; what is
not current goes by NoncurrentVersionExpiration alone; a marker with nothing behind it goes with Expiration.
"""

from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # ships no types

from wizard.practice.state import WorldState


@dataclass(frozen=True)
class Rule:
    """What one rule says: days until a current and until an older version goes; None: never."""

    prefix: str
    current: int | None
    older: int | None


@dataclass(frozen=True)
class Version:
    """One version of a file, or a marker that hides it."""

    key: str
    id: str
    latest: bool
    marker: bool


async def age(state: WorldState, bucket: str, days: int) -> None:
    """Do what the bucket's rules do once everything in it is `days` older than it is."""
    for rule in await _rules(state, bucket):
        found = [each for each in await _versions(state, bucket) if each.key.startswith(rule.prefix)]
        for each in found:
            if not each.latest and rule.older is not None and rule.older <= days:
                await _delete(state, bucket, each.key, each.id)
        for each in found:
            if each.latest and rule.current is not None and rule.current <= days:
                alone = not any(other.key == each.key for other in found if other is not each)
                if not each.marker:
                    await _delete(state, bucket, each.key)
                elif alone:
                    await _delete(state, bucket, each.key, each.id)


async def _delete(state: WorldState, bucket: str, key: str, version: str = "") -> None:
    query = f"?versionId={quote(version, safe='')}" if version else ""
    await state.emulator.request("s3", "DELETE", f"/{bucket}/{quote(key)}{query}", region=await _region(state, bucket))


async def _region(state: WorldState, bucket: str) -> str:
    reply = await state.emulator.request("s3", "HEAD", f"/{bucket}")
    return reply.headers.get("x-amz-bucket-region", "us-east-1")


async def _document(state: WorldState, bucket: str, part: str) -> ET.Element | None:
    region = await _region(state, bucket)
    reply = await state.emulator.request("s3", "GET", f"/{bucket}?{part}", region=region)
    document: ET.Element | None = fromstring(reply.body) if reply.status == 200 else None  # noqa: PLR2004 - HTTP OK
    return document


def _days(rule: ET.Element, path: str) -> int | None:
    text = rule.findtext(path)
    return int(text) if text else None


async def _rules(state: WorldState, bucket: str) -> list[Rule]:
    document = await _document(state, bucket, "lifecycle")
    return [
        Rule(
            prefix=each.findtext("{*}Filter/{*}Prefix") or each.findtext("{*}Prefix") or "",
            current=_days(each, "{*}Expiration/{*}Days"),
            older=_days(each, "{*}NoncurrentVersionExpiration/{*}NoncurrentDays"),
        )
        for each in (document.iterfind("{*}Rule") if document is not None else ())
        if each.findtext("{*}Status") == "Enabled"
    ]


async def _versions(state: WorldState, bucket: str) -> list[Version]:
    document = await _document(state, bucket, "versions")
    return [
        Version(
            key=each.findtext("{*}Key", ""),
            id=each.findtext("{*}VersionId", ""),
            latest=each.findtext("{*}IsLatest") == "true",
            marker=marker,
        )
        for tag, marker in (("Version", False), ("DeleteMarker", True))
        for each in (document.iterfind(f"{{*}}{tag}") if document is not None else ())
    ]
