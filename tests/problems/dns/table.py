"""The input space of the two DNS records: what people type into a provider's form, and what is right to say of it.

The answers follow from the table alone. A situation is one record with one mistake; everything else is as it should be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.net.servers import Net, Zone, example
from tests.problems.dns.servers import HOST, OWN, PROOF, VALUE, ZONE

PIXEL, CERTIFICATE = "pixel-record", "certificate-record"
RECORDS = {PIXEL: (HOST, OWN), CERTIFICATE: (PROOF, VALUE)}
"""Item to name and value of the two records."""

RIGHT = "right"


def typed(text: str) -> str:
    """Return a text as the value or name that a form makes of it, all its letters kept (RFC 1035 §5.1)."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/"
    return "".join(each if each in plain else "".join(f"\\{octet:03}" for octet in each.encode()) for each in text)


@dataclass(frozen=True)
class Situation:
    """One state of the world.

    Attributes:
        label: what was done.
        item: the row that says it.
        problem: the id that is right, or `RIGHT`.
        records: name and type to values, in the domain's zone.
        says: texts that must stand in the words.
        never: texts that must not.
        lost: whether the pixel's name leads nowhere although another row says it.
    """

    label: str
    item: str
    problem: str
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.item}: {self.label}"

    def net(self) -> Net:
        """Return the world: both records right where the situation says nothing else of them."""
        net = example()
        net.zones["example.com"].records.update(self.records)
        net.zones["net"].records["shop.net", "A"] = ["192.0.2.7"]
        net.zones["cloudfront.net"].records[OWN, "A"] = ["192.0.2.80"]
        net.zones["cloudfront.net"].records["d9zzzzzzzzzzzz.cloudfront.net", "A"] = ["192.0.2.81"]
        net.zones["aws"] = Zone("aws", {"a.nic.test": "192.0.2.1"})
        net.machines["192.0.2.1"].zones.append(net.zones["aws"])
        return net


def _other(item: str) -> str:
    return CERTIFICATE if item == PIXEL else PIXEL


def _right(*items: str) -> dict[tuple[str, str], list[str]]:
    return {(RECORDS[item][0], "CNAME"): [f"{RECORDS[item][1]}."] for item in items}


WRAPPED = {
    "https:// in front": ("https://{}", "web address"),
    "http:// in front": ("http://{}", "web address"),
    "https:// and a slash": ("https://{}/", "web address"),
    "https:// and a path": ("https://{}/i", "web address"),
    "a path": ("{}/i", "web address"),
    "two slashes in front": ("//{}", "punctuation"),
    "a port": ("{}:443", "web address"),
    "a blank at the end": ("{} ", "a space at its end"),
    "a blank in front": (" {}", "a space at its beginning"),
    "two blanks at the end": ("{}  ", "a space at its end"),
    "a tab at the end": ("{}\t", "a space at its end"),
    "a no-break space at the end": ("{}\u00a0", "a space at its end"),
    "a carriage return at the end": ("{}\r", "an invisible character at its end"),
    "a zero-width space at the end": ("{}\u200b", "an invisible character at its end"),
    "a byte order mark in front": ("\ufeff{}", "an invisible character at its beginning"),
    "a soft hyphen in front": ("\u00ad{}", "an invisible character at its beginning"),
    "quotes": ('"{}"', "quotation marks"),
    "single quotes": ("'{}'", "quotation marks"),
    "typographic quotes": ("\u201c{}\u201d", "quotation marks"),
    "backticks": ("`{}`", "quotation marks"),
    "angle brackets": ("<{}>", "brackets"),
    "parentheses": ("({})", "brackets"),
    "a comma at the end": ("{},", "punctuation"),
    "a semicolon at the end": ("{};", "punctuation"),
    "the type in front": ("CNAME {}", "word in front"),
    "a whole zone line in front": ("300 IN CNAME {}", "word in front"),
}
"""How a value was typed, and what must be said of it."""

LETTERS: dict[str, Callable[[str], str]] = {
    "a letter missing": lambda value: value[:3] + value[4:],
    "a letter changed": lambda value: value[:3] + "z" + value[4:],
    "a letter twice": lambda value: value[:3] + value[3] + value[3:],
    "two letters changed places": lambda value: value[:3] + value[4] + value[3] + value[5:],
    "two letters missing": lambda value: value[:3] + value[5:],
}

CUT: dict[str, Callable[[str], str]] = {
    "without its last part": lambda value: value.rpartition(".")[0],
    "its first part alone": lambda value: value.partition(".")[0],
    "without its first part": lambda value: value.partition(".")[2],
}

TAKEN = {PIXEL: "cname-taken", CERTIFICATE: "record-wrong-value"}
"""A value that is none of ours."""


def values() -> Iterator[Situation]:
    """Yield every mistake in a value, of both records."""
    for item, (name, value) in RECORDS.items():
        other_name, other_value = RECORDS[_other(item)]

        def one(
            label: str, text: str, problem: str, *says: str, never: tuple[str, ...] = (), item: str = item
        ) -> Situation:
            records = {**_right(_other(item)), (RECORDS[item][0], "CNAME"): [f"{typed(text)}."]}
            return Situation(label, item, problem, records, says, never)

        yield one("as wanted", value, RIGHT)
        yield one("in capitals", value.upper(), RIGHT)
        for label, (form, says) in WRAPPED.items():
            wrapped = form.format(value)
            yield one(label, wrapped, "value-misspelt", says, value, name, never=("another service", "nobody needs"))
            yield one(f"{label}, and the zone appended", f"{wrapped}.{ZONE}", "value-misspelt", says, "domain after it")
        for times in (1, 2):
            appended = value + f".{ZONE}" * times
            yield one(f"the zone appended, {times}", appended, "value-doubled", f"`{value}.`", appended)
        for label, change in LETTERS.items():
            yield one(label, change(value), "value-misspelt", "letter", value)
        for label, change in CUT.items():
            yield one(label, change(value), "value-misspelt", "without its", value)
            yield one(f"{label}, and the zone appended", f"{change(value)}.{ZONE}", "value-misspelt", "without its")
        yield one("the other's value", other_value, "values-swapped", value, other_value, other_name)
        yield one("the other's value as an address", f"https://{other_value}/", "values-swapped", value, other_name)
        yield one("the other's value, the zone appended", f"{other_value}.{ZONE}", "values-swapped", value)
        yield one("the other's name", other_name, "values-swapped", value, other_name)
        yield one("an IP address", "192.0.2.7", "record-wrong-value", value, never=("another service",))
        yield one("an IP address, the zone appended", f"192.0.2.7.{ZONE}", "record-wrong-value", value)
        yield one("another service", "shop.net", TAKEN[item], "shop.net", value)
        yield one("a name that does not exist", "gone.net", TAKEN[item], value, never=("another service would",))
        yield one("itself", name, TAKEN[item], value, never=("another service would",))
    yield Situation(
        "another distribution",
        PIXEL,
        "another-distribution",
        {**_right(CERTIFICATE), (HOST, "CNAME"): ["d9zzzzzzzzzzzz.cloudfront.net."]},
        ("d9zzzzzzzzzzzz.cloudfront.net", OWN),
    )
    without = {**_right(PIXEL), (PROOF, "CNAME"): [f"{VALUE.removeprefix('_')}."]}
    yield Situation("the value's underscore missing", CERTIFICATE, RIGHT, without)


def names() -> Iterator[Situation]:
    """Yield every mistake in a name, of both records: the record is right, and elsewhere."""
    for item, (name, value) in RECORDS.items():
        host = name.removesuffix(f".{ZONE}")
        forms = {
            "the whole name": (f"{name}.{ZONE}", "name-doubled"),
            "the whole name twice over": (f"{name}.{ZONE}.{ZONE}", "name-misplaced"),
            "all but the last part": (f"{name.rpartition('.')[0]}.{ZONE}", "name-misplaced"),
            "the first part alone": (f"{host.partition('.')[0]}.{ZONE}", "name-misplaced"),
            "the part twice": (f"{host}.{name}", "name-misplaced"),
            "a blank at the end": (typed(f"{host} .{ZONE}"), "name-misplaced"),
            "a blank in front": (typed(f" {name}"), "name-misplaced"),
            "quotes": (f'\\"{host}\\".{ZONE}', "name-misplaced"),
            "https:// in front": (f"https://{name}", "name-misplaced"),
            "http:// in front": (f"http://{name}", "name-misplaced"),
            "www in front": (f"www.{name}", "name-misplaced"),
            "one underscore too many": (f"_{name}", "name-misplaced"),
            "no underscore": (name.removeprefix("_"), "underscore-missing"),
            "name and value changed places": (f"{value}.{ZONE}", "name-and-value-swapped"),
        }
        for label, (owner, problem) in forms.items():
            if owner == name:
                continue
            content = name if problem == "name-and-value-swapped" else value
            records = {**_right(_other(item)), (owner, "CNAME"): [f"{content}."]}
            yield Situation(f"name: {label}", item, problem, records, (owner.lower(), f"`{host}`", name))


HOLDING = {
    "TXT": ('"{}"', '"{}."', '"https://{}"', '"CNAME {}"'),
    "MX": ("10 {}.",),
    "HTTPS": ("0 {}.",),
    "SRV": ("0 0 443 {}.",),
    "PTR": ("{}.",),
}
"""Types that a form offers beside CNAME, and how they hold a name."""

STRANGERS = {
    "A": ["192.0.2.7"],
    "AAAA": ["2001:db8::7"],
    "TXT": ['"v=spf1 -all"'],
    "MX": ["10 mail.shop.net."],
    "CAA": ['0 issue "amazon.com"'],
    "HTTPS": ["1 . alpn=h2"],
    "SRV": ["0 0 443 shop.net."],
    "PTR": ["shop.net."],
}
"""Records of other things, of every type that is found at names."""


def types() -> Iterator[Situation]:
    """Yield our value as another type, and other records in its place, beside it, and from a wildcard."""
    for item, (name, value) in RECORDS.items():
        rest = _right(_other(item))
        for rdtype, forms in HOLDING.items():
            for number, form in enumerate(forms):
                records = {**rest, (name, rdtype): [form.format(value)]}
                says = (f"type {rdtype}", "CNAME", value)
                never = ("choose another name", "nobody needs")
                yield Situation(f"saved as {rdtype}, {number}", item, "record-type", records, says, never)
        for rdtype, content in STRANGERS.items():
            records = {**rest, (name, rdtype): content}
            yield Situation(f"{rdtype} of something else", item, "record-in-the-way", records, (rdtype, value))
        yield Situation("nothing", item, "record-missing", rest, (name, value))
    for rdtype in ("A", "AAAA", "TXT", "MX"):  # at the pixel's name only: nobody has others at the certificate's
        records = {**_right(CERTIFICATE), **_right(PIXEL), (HOST, rdtype): STRANGERS[rdtype]}
        yield Situation(f"{rdtype} beside ours", PIXEL, "records-beside", records, (rdtype, RECORDS[PIXEL][1]))
    for rdtype, content in {**STRANGERS, "CNAME": ["shop.net."]}.items():
        records = {**_right(PIXEL), (f"*.{HOST}", rdtype): content}
        yield Situation(f"a wildcard {rdtype}", CERTIFICATE, "wildcard-answers", records, (rdtype, VALUE))


def chains() -> Iterator[Situation]:
    """Yield CNAMEs by way of others: to ours, in a circle, to nowhere, to another service."""
    rest = _right(CERTIFICATE)
    between = f"x.{ZONE}"
    ends = {
        "to ours": ([f"{OWN}."], "cname-indirect", (between, OWN)),
        "in a circle": ([f"{HOST}."], "cname-taken", ("points back to itself",)),
        "to nowhere": (["gone.net."], "cname-taken", ("gone.net", "nothing answers there")),
        "to another service": (["shop.net."], "cname-taken", ("another service would stop",)),
    }
    for label, (content, problem, says) in ends.items():
        records = {**rest, (HOST, "CNAME"): [f"{between}."], (between, "CNAME"): content}
        item = "dns-resolvers" if problem == "cname-indirect" else PIXEL
        yield Situation(f"a chain {label}", item, problem, records, says)


def several() -> Iterator[Situation]:
    """Yield more than one CNAME at a name, from every server, with and without ours."""
    for item, (name, value) in RECORDS.items():
        rest = _right(_other(item))
        mixes = {
            "ours first": [f"{value}.", "shop.net."],
            "ours last": ["shop.net.", f"{value}."],
            "none of ours": ["shop.net.", "gone.net."],
            "a misspelt one of ours": [f"{value}.", f"{value}.{ZONE}."],
            "three": ["shop.net.", f"{value}.", "gone.net."],
        }
        for label, content in mixes.items():
            says = (value, *(f"CNAME {each.rstrip('.')}" for each in content), "Delete all records")
            never = ("beside a CNAME there can be nothing",)
            yield Situation(f"CNAMEs: {label}", item, "cnames-several", {**rest, (name, "CNAME"): content}, says, never)
        yield Situation(f"{item}: ours twice", item, RIGHT, {**rest, (name, "CNAME"): [f"{value}.", f"{value}."]})


def redirected() -> Iterator[Situation]:
    """Yield a DNAME above both names: whatever is entered below it has no effect (RFC 6672)."""
    for target in ("shop.net", "gone.net"):
        records = {(ZONE, "DNAME"): [f"{target}."]}
        says = (ZONE, target, f"{PROOF.removesuffix(ZONE)}{target}", "set NAME --domain")
        yield Situation(f"a DNAME to {target}", CERTIFICATE, "dname-above", records, says, lost=True)


def situations() -> tuple[Situation, ...]:
    """Return the whole space."""
    return (*values(), *names(), *types(), *chains(), *several(), *redirected())
