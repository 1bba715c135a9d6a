"""The values of a setup that are copied elsewhere: DNS records, tags, and names in AWS; also as a text file."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wizard.model.results import Copyable, DnsRecord
from wizard.model.setup import Setup
from wizard.model.terminal_text import legible
from wizard.snowplow.setup_snippet import host_of, loaded_by, snippet_for
from wizard.snowplow.snippet_builder import Snippet, Variant, script_element
from wizard.storage.atomic_files import left_alone, not_written, ours, own_folder, put
from wizard.wording.aws_names import aws_names
from wizard.wording.setup_status import begun

TAGS = {
    Variant.PAGE: "Tag for the <head>",
    Variant.GTM: "Tag for Google Tag Manager",
    Variant.NPM: "Code for your own JavaScript",
}
BODY, IMAGE, CSP = "For the <body>, without JavaScript", "Image for email", "Content-Security-Policy"
ALONE = "Script element of the tracker"

_FIRST = "snowpixel: values of the setup {name} ({id})"
"""First line of a file of ours, which identifies it later."""

_EARLIER_FIRST = "snowpixel: values of the set-up {name} ({id})"
"""First line as earlier versions wrote it; their files are replaced too."""


class ValuesError(Exception):
    """The file cannot be written. The message says why and what to do."""


@dataclass(frozen=True)
class Section:
    """Values that belong together.

    Attributes:
        title: what they are.
        values: each with its label.
    """

    title: str
    values: tuple[Copyable, ...]


def of(setup: Setup, records: Sequence[DnsRecord] = ()) -> tuple[Section, ...]:
    """Return what a setup has to be copied by now, nothing of which is secret.

    Args:
        setup: the setup.
        records: DNS records as a walk knows them, with the part that a provider's form wants; what it does not know
            comes from the setup.
    """
    known = {(one.name, one.type): one for one in [*_records(setup), *records]}
    numbered = [value for number, one in enumerate(known.values(), 1) for value in _parts(number, one)]
    every = (
        Section("DNS records", tuple(numbered)),
        Section("For your pages", tuple(_tags(setup))),
        Section("Names in AWS", tuple(_names(setup))),
    )
    return tuple(section for section in every if section.values)


def of_snippet(made: Snippet, variant: Variant) -> tuple[Copyable, ...]:
    """Return the parts of a snippet, the tag first."""
    return (
        Copyable(TAGS[variant], made.tag),
        Copyable(BODY, made.no_script),
        Copyable(IMAGE, made.image),
        *(Copyable(CSP, line) for line in made.csp),
    )


def _records(setup: Setup) -> Iterator[DnsRecord]:
    made, domain = setup.made, setup.choices.domain
    if made.validation_name and made.validation_value:
        name = made.validation_name.rstrip(".")
        yield DnsRecord(name, "CNAME", made.validation_value.rstrip("."), name, "")
    if domain and made.distribution_domain:
        yield DnsRecord(domain, "CNAME", made.distribution_domain, domain, "")


def _parts(number: int, record: DnsRecord) -> Iterator[Copyable]:
    label = f"Record {number} ({record.type})"
    if record.host != record.name:
        yield Copyable(f"{label}, host, as most forms expect it", record.host)
    yield Copyable(f"{label}, full name", record.name)
    yield Copyable(f"{label}, value", record.value)


def _tags(setup: Setup) -> Iterator[Copyable]:
    for variant in Variant:
        made = snippet_for(setup, setup.name, variant)
        if made is None:
            break
        parts = of_snippet(made, variant)
        yield from parts if variant is Variant.PAGE else parts[:1]
    else:
        return
    loaded = loaded_by(setup)
    if loaded:
        yield Copyable(ALONE, script_element(loaded))


def _names(setup: Setup) -> Iterator[Copyable]:
    if not begun(setup):
        return
    yield from aws_names(setup.made)
    host = host_of(setup)
    if host:
        yield Copyable("Hostname", host)


def text(setup: Setup, sections: Sequence[Section]) -> str:
    """Return the file's content: each label on a line of its own, so that no value is broken."""
    return "\n".join(_lines(setup, sections)) + "\n"


def _lines(setup: Setup, sections: Sequence[Section]) -> Iterator[str]:
    yield _first(setup)
    yield f"Written {datetime.fromtimestamp(time.time(), UTC):%Y-%m-%d %H:%M:%S} UTC. Nothing in this file is secret."
    for section in sections:
        yield from ("", "", f"== {section.title} ==")
        for value in section.values:
            yield from ("", f"{legible(value.label)}:", *(legible(line) for line in value.value.splitlines()))


def write(path: Path, setup: Setup, sections: Sequence[Section]) -> None:
    """Write the file, readable by its owner only, whole or not at all.

    Raises:
        ValuesError: there is a file that is not of this setup's values, or it cannot be written.
    """
    earlier = _EARLIER_FIRST.format(name=setup.name, id=setup.id)
    if not ours(path, f"{_first(setup)}\n", f"{earlier}\n"):
        raise ValuesError(left_alone(path, f"the values of {setup.name}"))
    try:
        put(path, text(setup, sections).encode())
    except OSError as error:
        raise ValuesError(not_written(error, path)) from error


def keep(home: Path, setup: Setup, sections: Sequence[Section]) -> Path:
    """Write the file into snowpixel's data folder, and return where.

    Raises:
        ValuesError: see `write`.
    """
    path = home / "values" / f"{setup.name}.txt"
    try:
        own_folder(path.parent)
    except OSError as error:
        raise ValuesError(not_written(error, path)) from error
    write(path, setup, sections)
    return path


def _first(setup: Setup) -> str:
    return _FIRST.format(name=setup.name, id=setup.id)
