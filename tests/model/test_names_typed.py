"""What people type or paste as the pixel's hostname: every shape of an address, every kind of name of no use."""

from collections.abc import Iterator

import pytest

from wizard.model import domain_names
from wizard.model.validators import InvalidChoice, host_name

HOST = "e.shop-of-mine.com"

SHAPES = (
    "{}",
    " {} ",
    "{}.",
    "https://{}",
    "http://{}",
    "HTTPS://{}",
    "https://{}/",
    "https://{}/i",
    "https://{}/i?e=pv#top",
    "https://{}?e=pv",
    "https://{}:443/",
    "http://{}:80",
    "{}:443",
    "{}:/",
    "{}/",
    "{}/i",
    "//{}",
    "//{}/i",
    "http:/{}",
    "https:/{}/i",
    "https:{}",
    "https//{}",
    "https:///{}",
    "https:\\\\{}\\i",
    "ftp://{}",
    "ftp://{}/pub",
    "wss://{}",
    "view-source:https://{}/",
    "URL: https://{}/",
    "https://me:PLANTED@{}/",
    "https://me@{}/",
    "<https://{}/>",
    "<{}>",
    '"{}"',
    "'{}'",
    "\u201c{}\u201d",
    "`{}`",
    "({})",
    "({}).",
    "{},",
    "{};",
    "{}!",
    "[the pixel](https://{}/)",
    "\ufeff{}",
    "{}\u200b",
    "{}\u00a0",
    "\u202a{}\u202c",
    "{}\r\n",
    "\t{}",
)
"""Ways in which one name is pasted."""


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("host", [HOST, HOST.upper(), "e.xn--mnchen-3ya.de", "e.münchen.de"])
def test_a_name_is_found_in_whatever_was_pasted(shape: str, host: str) -> None:
    wanted = "e.xn--mnchen-3ya.de" if "m" in host and "nchen" in host else HOST
    assert host_name(shape.format(host)) == wanted


ENDINGS = ("com", "org", "de", "co.uk", "com.ng", "ide.kyoto.jp", "org.au", "gov.br")
PLATFORMS = {
    "cloudfront.net": "(Amazon|AWS)",
    "s3.amazonaws.com": "(Amazon|AWS)",
    "s3.eu-central-1.amazonaws.com": "(Amazon|AWS)",
    "s3-website.eu-central-1.amazonaws.com": "(Amazon|AWS)",
    "eu-west-1.elb.amazonaws.com": "(Amazon|AWS)",
    "execute-api.us-east-1.amazonaws.com": "(Amazon|AWS)",
    "compute.amazonaws.com": "(Amazon|AWS)",
    "amplifyapp.com": "(Amazon|AWS)",
    "awsapprunner.com": "(Amazon|AWS)",
    "on.aws": "(Amazon|AWS)",
    "acm-validations.aws": "(Amazon|AWS)",
    "github.io": "GitHub",
    "gitlab.io": "GitLab",
    "pages.dev": "Cloudflare",
    "workers.dev": "Cloudflare",
    "cdn.cloudflare.net": "Cloudflare",
    "azurewebsites.net": "Microsoft",
    "azureedge.net": "Microsoft",
    "trafficmanager.net": "Microsoft",
    "netlify.app": "Netlify",
    "vercel.app": "Vercel",
    "herokuapp.com": "Heroku",
    "web.app": "Google",
    "appspot.com": "Google",
    "myshopify.com": "Shopify",
    "b-cdn.net": "bunny",
    "akamaiedge.net": "Akamai",
    "edgekey.net": "Akamai",
    "fastly.net": "Fastly",
    "duckdns.org": "",
    "blogspot.com": "",
    "squarespace.com": "Squarespace",
    "wordpress.com": "WordPress",
    "ngrok.io": "",
    "fly.dev": "",
    "onrender.com": "",
}
SPECIAL = ("local", "localhost", "internal", "lan", "home", "corp", "onion", "invalid", "example", "alt", "home.arpa")


def refused() -> Iterator[tuple[str, str]]:
    """Yield a name that is no use, and what must be said."""
    for ending in ENDINGS:
        yield ending if "." in ending else f"nobodys-domain.{ending}", r"ending below which|domain itself"
        yield f"mine.{ending}", "is the domain itself"
        yield f"www.mine.{ending}", f"website itself.*such as e\\.mine\\.{ending}"
    for platform, owner in PLATFORMS.items():
        for name in (platform, f"me.{platform}", f"e.me.{platform}", f"https://me.{platform}/i"):
            yield name, f"belongs to .*{owner}.*domain of your own"
    for ending in SPECIAL:
        for name in (f"e.{ending}", f"e.mine.{ending}"):
            yield name, "registered, or leave the domain out"
    yield from {
        "192.0.2.1": "IP address",
        "192.0.2.1:8080": "IP address",
        "http://192.0.2.1/i": "IP address",
        "https://[2001:db8::1]/": "IP address",
        "[2001:db8::1]:443": "IP address",
        "2001:db8::1": "IP address",
        f"{HOST}:8443": "port",
        f"https://{HOST}:8443/": "port",
        f"me@{HOST}": "email",
        f"mailto:me@{HOST}": "email",
        f"*.{HOST}": "many hostnames",
        f"_{HOST}": "underscore",
        f"my_pixel.{HOST}": "underscore",
        f"e..{HOST}": "isn't a hostname",
        f"{HOST} and more": "isn't a hostname",
        "localhost": "isn't complete",
        "pixel": "isn't complete",
        "": "Enter a hostname",
        "https://": "Enter a hostname",
        "///": "Enter a hostname",
    }.items()


@pytest.mark.parametrize(("name", "words"), tuple(refused()))
def test_a_name_of_no_use_is_refused_with_the_reason_and_a_way_out(name: str, words: str) -> None:
    with pytest.raises(InvalidChoice, match=words) as caught:
        host_name(name)
    assert str(caught.value).endswith(".") or "instead" in str(caught.value)


@pytest.mark.parametrize(
    "name", [f"e.mine.{each}" for each in (*ENDINGS, "uk.com", "eu.org", "de.com", "co.com", "test", "brandnewtld")]
)
def test_a_name_below_a_domain_of_ones_own_is_taken(name: str) -> None:
    assert host_name(name) == name


def test_what_is_pasted_with_a_password_is_never_repeated() -> None:
    with pytest.raises(InvalidChoice) as caught:
        host_name("https://me:PLANTED@192.0.2.1/")
    assert "PLANTED" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("e.example.co.uk", "example.co.uk"),
        ("a.b.example.com", "example.com"),
        ("co.uk", ""),
        ("com", ""),
        ("e.example.test", "example.test"),
        ("me.github.io", "me.github.io"),
    ],
)
def test_the_registered_domain_of_a_name(name: str, domain: str) -> None:
    assert domain_names.registered(name) == domain
