"""Validators of the user's choices: clean what was typed or pasted, or say what is wrong with it and why."""

import re
import unicodedata
from collections.abc import Collection
from ipaddress import ip_address

from wizard.model import idn
from wizard.model.masking import masked
from wizard.model.setup import NAME

BLOCKED_WORDS = ("snowplow", "tracking", "track", "analytics", "collect", "pixel", "stats", "metrics", "beacon")
"""Words by which ad-block lists know measuring hosts (EasyPrivacy; Snowplow's own advice on first-party tracking)."""

LONGEST_HOST = 64
"""Octets: the limit of a certificate's first name (ACM, RequestCertificate)."""

LONGEST_LABEL = 63
LONGEST_NAME = 253
FEWEST_DAYS, MOST_DAYS = 1, 3650

_SUGGESTED = ("e", "hi", "hub", "sp1", "north")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}")
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")
_NEAREST = {"me-central-1": "ap-south-1 (Mumbai)", "me-south-1": "ap-south-1 (Mumbai)"}
"""Regions without the account's regional namespace (S3 guide: namespaces for general purpose buckets), and the nearest
region that has it and that every account has switched on."""
_PROFILE = re.compile(r"[\w.@:/+=,-](?:[\w .@:/+=,-]{0,126}[\w.@:/+=,-])?")
_ACCESS_KEY = re.compile(r"A(?:KIA|SIA)[A-Z0-9]{12,}")
_SECRET_KEY = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9/+=]{40}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class InvalidChoice(ValueError):  # noqa: N818 - it is the user's choice that is named, not a fault of ours
    """The choice cannot be used; the text says what is wrong, why, and what to do."""


def host_name(text: str) -> str:
    """Clean the pixel's host name and return its ASCII form.

    Raises:
        InvalidChoice: the name cannot be the pixel's.
    """
    name = _ascii(_bare_host(text))
    labels = name.split(".")
    _refuse_malformed(name, labels)
    _refuse_of_others(name)
    _refuse_blocked(labels)
    _refuse_apex(labels)
    return name


def public_url(text: str) -> str:
    """Clean an address that is saved, shown and perhaps put into a public tag. Its scheme is written small.

    Raises:
        InvalidChoice: it holds a password or a signature. The text never repeats it.
    """
    url = text.strip()
    if masked(url) != url:
        raise InvalidChoice(
            "This address contains a user name, a password, or a signature, and addresses are saved and shown. "
            "Download the file yourself and enter its path, or enter an address that needs no password."
        )
    scheme, colon, rest = url.partition("://")
    return f"{scheme.lower()}{colon}{rest}" if colon else url


def suggest(zone: str) -> tuple[str, ...]:
    """Propose host names below a zone that no ad-block list knows; none when the zone itself cannot be used."""
    names = []
    for label in _SUGGESTED:
        try:
            names.append(host_name(f"{label}.{zone}"))
        except InvalidChoice:
            continue
    return tuple(names)


def setup_name(text: str) -> str:
    """Clean a setup's name.

    Raises:
        InvalidChoice: not a name.
    """
    name = text.strip().lower()
    if not NAME.fullmatch(name):
        raise InvalidChoice(
            f"{_shown(text)} can't be a setup name. It becomes part of names in AWS: use 1 to 20 lowercase letters "
            f"a-z, digits, and hyphens, beginning with a letter, such as main or shop-2."
        )
    return name


def new_setup_name(text: str, taken: Collection[str]) -> str:
    """Clean the name of a setup that is to be made.

    Args:
        text: what was typed.
        taken: names of the setups that there are.

    Raises:
        InvalidChoice: not a name, or there is one of that name.
    """
    name = setup_name(text)
    if name in taken:
        raise InvalidChoice(f"There is already a setup called {name}. Choose another name.")
    return name


def region(text: str) -> str:
    """Clean the name of an AWS region. Whether it exists only AWS can say.

    Raises:
        InvalidChoice: it does not look like a region, is one of a separate AWS, or cannot have our buckets.
    """
    name = text.strip().lower()
    if _REGION.fullmatch(name[:-1]) and name[-1:].isalpha():
        raise InvalidChoice(f"{_shown(text)} is an availability zone. Leave out the last letter: {name[:-1]}.")
    if not _REGION.fullmatch(name):
        raise InvalidChoice(
            f"{_shown(text)} isn't an AWS region. Regions look like eu-central-1 (Frankfurt) or us-east-1."
        )
    if name.startswith(_OTHER_PARTITIONS):
        raise InvalidChoice(
            f"{name} belongs to a separate AWS (China, government, or sovereign cloud), which ordinary accounts and "
            f"CloudFront can't use. Choose an ordinary region such as eu-central-1."
        )
    if name in _NEAREST:
        raise InvalidChoice(
            f"S3 in {name} can't reserve bucket names for your account. snowpixel creates no others, because "
            f"somebody else could take them. The nearest region that can is {_NEAREST[name]}."
        )
    return name


def retention_days(value: str | int) -> int:
    """Clean the number of days for which logs are kept.

    Raises:
        InvalidChoice: no whole number from 1 to 3650.
    """
    text = str(value).strip().lower().removesuffix("days").removesuffix("day").strip()
    days = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise InvalidChoice(
            f"{_shown(str(value))} isn't a number of days from {FEWEST_DAYS} to {MOST_DAYS} (ten years). Logs "
            "contain visitors' IP addresses: keep them only as long as you need them; 90 is usual."
        )
    return days


def profile(text: str) -> str:
    """Clean the name of an AWS profile. Whether it exists is for the caller to see.

    Raises:
        InvalidChoice: not a name. The text never repeats what might be a key.
    """
    name = text.strip()
    if heading := re.fullmatch(r"\[\s*(?:profile\s+)?([^\]]+?)\s*\]", name):
        name = heading[1]
    if _ACCESS_KEY.search(name) or _SECRET_KEY.search(name):
        raise InvalidChoice(
            "This looks like an access key, not a profile name. Keys don't belong here: a name is saved and shown. "
            "Enter the name of a profile in ~/.aws/config, such as default."
        )
    if not _PROFILE.fullmatch(name):
        raise InvalidChoice(
            f"{_shown(text)} can't be a profile name. Enter the name in brackets in ~/.aws/config, such as default."
        )
    return name


_WRAPPING = "\"'`´“”„‘’«»<>(){},;!|"  # noqa: RUF001 - as word processors and mails write them
_LINK = re.compile(r"\[[^\]]*\]\(([^)]*)\)")
_SCHEME = re.compile(
    r"(?<![a-z0-9.-])(?:[a-z][a-z0-9+-]*:[/\\]+|(?:https?|ftp|wss?):(?=[^\d/])|(?:https?|ftp)[/\\]{2})", re.IGNORECASE
)
_PORT = re.compile(r"(?<=[^:]):(\d*)$")
_USUAL_PORTS = ("", "80", "443")
"""Ports that browsers leave out of addresses."""


def _bare_host(text: str) -> str:
    """Take the host out of what may be a pasted address."""
    name = _unwrapped(text)
    if link := _LINK.fullmatch(name):
        name = _unwrapped(link[1])
    if scheme := _SCHEME.search(name):
        name = re.split(r"[/\\?#]", name[scheme.end() :].lstrip("/\\"), maxsplit=1)[0].rpartition("@")[2]
    name = _unwrapped(re.split(r"[/\\?#]", name.lstrip("/\\"), maxsplit=1)[0]).removesuffix(".")
    name = _unwrapped(name)
    name = name.lower() if name.isascii() else name  # other capitals are mapped as browsers do, not as Python does
    if not name:
        raise InvalidChoice("Enter a hostname below a domain that is yours, such as e.example.org.")
    if len(name) > LONGEST_NAME:
        raise InvalidChoice(f"{_shown(name)} is far too long for a hostname. Enter one such as e.example.org.")
    _refuse_address(name)
    if "@" in name:
        raise InvalidChoice(f"{_shown(name)} looks like an email address. Enter a hostname, such as e.example.org.")
    if (port := _PORT.search(name)) and port[1] in _USUAL_PORTS:
        name = name[: port.start()].removesuffix(".")
    if ":" in name:
        raise InvalidChoice(f"{_shown(name)} has a port. CloudFront answers on port 443 only: leave the port out.")
    if "*" in name:
        raise InvalidChoice(f"{_shown(name)} stands for many hostnames. The pixel needs one, such as e.example.org.")
    return name


def _unwrapped(text: str) -> str:
    """Return a text without the blanks, unseen letters, quotes and brackets around it; those of IPv6 stay."""
    ends = {each for each in text if unicodedata.category(each)[0] in "CZ"}
    return text.strip("".join(ends) + _WRAPPING)


def _refuse_address(name: str) -> None:
    for text in (name, _PORT.sub("", name)):
        try:
            ip_address(text.strip("[]"))
        except ValueError:
            continue
        raise InvalidChoice(
            f"{_shown(text)} is an IP address. A certificate and CloudFront need a hostname, such as e.example.org."
        )


def _ascii(name: str) -> str:
    """Return the name in ASCII, international labels in their `xn--` form."""
    try:
        encoded = name if name.isascii() else idn.to_ascii(name).lower()
        for label in encoded.split("."):
            _refuse_unreadable(label)
    except UnicodeError as error:
        raise InvalidChoice(
            f"{_shown(name)} isn't a hostname: it has an empty part between dots, a part over {LONGEST_LABEL} "
            f"letters, or a character that hostnames can't have."
        ) from error
    return encoded


def _refuse_unreadable(label: str) -> None:
    """Refuse an `xn--` label that stands for nothing, an empty one and one that is too long.

    Raises:
        UnicodeError: it is such a one.
    """
    if not label or len(label) > LONGEST_LABEL:
        raise UnicodeError("empty or too long")
    if label.startswith(idn.PREFIX) and label.removeprefix(idn.PREFIX).encode().decode("punycode").isascii():
        raise UnicodeError("it stands for no international letters")


def _refuse_malformed(name: str, labels: list[str]) -> None:
    if "_" in name:
        raise InvalidChoice(f"{_shown(name)} has an underscore, which certificates don't allow. Use a hyphen instead.")
    wrong = next((label for label in labels if len(label) > LONGEST_LABEL or not _LABEL.fullmatch(label)), None)
    if wrong is not None:
        raise InvalidChoice(
            f"{_shown(name)} isn't a hostname: the part {_shown(wrong)} can contain only letters, digits, and "
            f"hyphens, can't begin or end with a hyphen, and has at most {LONGEST_LABEL} characters."
        )
    if len(labels) < 2:  # noqa: PLR2004 - a name below a domain
        raise InvalidChoice(f"{_shown(name)} isn't complete: add its domain, such as {name[:20]}.example.org.")
    if labels[-1].isdigit():
        raise InvalidChoice(f"{_shown(name)} ends with a number, and no domain does. Check the hostname.")
    if len(name) > LONGEST_HOST:
        raise InvalidChoice(
            f"{_shown(name)} has {len(name)} characters; a certificate's first name has at most {LONGEST_HOST}. Choose "
            "a shorter one."
        )


def _refuse_blocked(labels: list[str]) -> None:
    """Refuse words that ad-block lists know.

    In the first label any occurrence counts, for the user can choose it freely. Further right only whole words and our
    subject's own name count: the owner of thermostats.example shall not be turned away for `stats`.
    """
    word = _blocked(labels)
    if word:
        raise InvalidChoice(
            f'{".".join(labels)} contains "{word}". Ad blockers look for this word, and many visitors\' events '
            f"would be lost. Choose a neutral hostname, such as {_better(labels[1:])}."
        )


def _blocked(labels: list[str]) -> str | None:
    first, *rest = labels
    for word in BLOCKED_WORDS:
        whole = re.compile(rf"(?:^|[^a-z]){word}(?:$|[^a-z])")
        if word in first or any(whole.search(label) or (word == "snowplow" and word in label) for label in rest):
            return word
    return None


def _better(zone: list[str]) -> str:
    """Name what could be chosen instead."""
    if len(zone) < 2 or _blocked(["", *zone]):  # noqa: PLR2004 - a domain
        return "e or hub in front of your domain"
    return " or ".join(f"{label}.{'.'.join(zone)}" for label in _SUGGESTED[:2])


def _refuse_of_others(name: str) -> None:
    """Refuse names of no public DNS, of other people's platforms, and the one that is mostly the website itself."""
    from wizard.model import domain_names  # noqa: PLC0415 - only a hostname needs it

    if why := domain_names.special(name):
        ending = name.rpartition(".")[2]
        raise InvalidChoice(
            f"{_shown(name)} can't be reached by your visitors: .{ending} {why}. Nobody gets a certificate for it. "
            f"Enter a hostname below a domain that you have registered, or leave the domain out to start without one."
        )
    if owner := domain_names.platform(name):
        raise InvalidChoice(
            f"{_shown(name)} belongs to {owner}, whose DNS you can't edit, so a certificate couldn't be validated. "
            f"Enter a hostname below a domain of your own, or leave the domain out to start without one: the pixel "
            f"then works at a CloudFront domain name."
        )
    first, _, rest = name.partition(".")
    if first == "www" and domain_names.registered(rest):
        raise InvalidChoice(
            f"{_shown(name)} is where browsers look for the website itself, and a hostname can point to one place "
            f"only. Choose a separate hostname for the pixel, such as {_better(rest.split('.'))}."
        )


def _refuse_apex(labels: list[str]) -> None:
    """Refuse what is surely a domain itself; whether a longer name is the top of a zone only the DNS can say."""
    from wizard.model import domain_names  # noqa: PLC0415 - the same

    domain = ".".join(labels)
    if domain_names.shared(domain):
        raise InvalidChoice(
            f"{_shown(domain)} is an ending below which everybody registers domains, and nobody's own. Enter a "
            f"hostname below a domain of yours, such as e.example.{domain}."
        )
    if domain_names.registered(domain) == domain:
        raise InvalidChoice(
            f"{_shown(domain)} is the domain itself. The pixel needs a CNAME record, which can't share a name with "
            f"the records that every domain has at its top. Add a name in front of it, such as e.{domain} or "
            f"hub.{domain}."
        )


def _shown(text: str) -> str:
    """Quote what the user gave: harmless for a terminal, and short."""
    clean = _UNPRINTABLE.sub("?", text.strip())
    return f'"{clean if len(clean) <= LONGEST_HOST else clean[: LONGEST_HOST - 1] + "…"}"'
