"""Pages whose tag a bundler, a site framework, or a tool really built (`bundles/build.py`), with the right verdicts."""

# ruff: noqa: E501 - a row of a table is a line

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tests.snowplow.pagecheck.shapes import CODE, OK, UNKNOWN, WARNING, Shape, script

BUNDLES = Path(__file__).parent / "bundles"
SITE = "https://www.example.org"
OWN = ("page-own-scripts",)


@dataclass(frozen=True)
class Built(Shape):
    """A page that a tool wrote.

    Attributes:
        whole: its HTML; empty where it is put together from its parts.
        sends: how many page views a browser sends on a first visit.
    """

    whole: str = ""
    sends: int = 1

    @property
    def text(self) -> str:
        return self.whole or super().text


def bundle(name: str) -> str:
    return (BUNDLES / name).read_text(encoding="utf-8")


def site(name: str, folder: str) -> Built:
    """Return the page that a framework built, with its files."""
    root = BUNDLES / folder
    files = {f"{SITE}/{file.relative_to(root).as_posix()}": bundle(str(file)) for file in root.rglob("*.js")}
    return Built(name, "", UNKNOWN, OWN, files=files, whole=bundle(f"{folder}/index.html"))


def packed(name: str, file: str) -> Built:
    with ZipFile(BUNDLES / file) as zipped:
        content = {one: zipped.read(one).decode() for one in zipped.namelist()}
    files = {f"{SITE}/{one}": text for one, text in content.items()}
    return Built(name, "", UNKNOWN, OWN, files=files, whole=content["index.html"])


def tool(folder: str, at: str) -> dict[str, str]:
    """Return a tool's files, as they are served."""
    files = [file for file in (BUNDLES / "held" / folder).iterdir() if file.suffix in (".js", ".html")]
    return {f"{SITE}{at}{file.name}": bundle(str(file)) for file in files}


AGREED = script(
    "CookieConsent.run({categories:{analytics:{}},language:{default:'en',translations:{en:{"
    "consentModal:{title:'t',description:'d',acceptAllBtn:'yes',acceptNecessaryBtn:'no'},"
    "preferencesModal:{title:'t',sections:[]}}}}}).then(function(){%s})"
)
CONSENT = "<script src='/cookieconsent.umd.js'></script>"
WAITING = script(CODE, 'type="text/plain" data-category="analytics"')
PARTYTOWN = script("partytown={lib:'/~partytown/'}") + script(bundle("held/partytown/partytown.js"))

BUILT = (
    Built("esbuild, its file", "<script src=/app.js></script>", UNKNOWN, OWN, files={f"{SITE}/app.js": bundle("esbuild.js")}),
    Built("terser, its file", "<script src=/app.js></script>", UNKNOWN, OWN, files={f"{SITE}/app.js": bundle("terser.js")}),
    Built("esbuild, in the page", "", OK, body=script(bundle("esbuild.js"))),
    Built("terser, in the page", "", OK, body=script(bundle("terser.js"))),
    site("Vite", "vite"),
    site("Astro", "astro"),
    packed("Next.js", "next.zip"),
    Built("CookieConsent, nobody asked", CONSENT + WAITING, WARNING, ("page-held",), body=AGREED % "", files=tool("cookieconsent", "/"), sends=0),
    Built("CookieConsent, agreed", CONSENT + WAITING, WARNING, ("page-held",), body=AGREED % "CookieConsent.acceptCategory('analytics')", files=tool("cookieconsent", "/")),
    Built("Partytown", PARTYTOWN + script(CODE, 'type="text/partytown"'), WARNING, ("page-delayed",), files=tool("partytown", "/~partytown/")),
)  # fmt: skip
