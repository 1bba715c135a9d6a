"""Pages whose tag a bundler, a site framework, or a tool really built (`bundles/build.py`), with the right verdicts."""

# ruff: noqa: E501 - a row of a table is a line

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tests.snowplow.pagecheck.shapes import CODE, OK, UNKNOWN, WARNING, Shape, script
from wizard.model.results import Status

BUNDLES = Path(__file__).parent / "bundles"
SITE = "https://www.example.org"
OWN = ("page-own-scripts",)
LATER = ("page-conditional", "page-no-view", "page-held")
"""What is said of a tag in a function that a consent tool may call."""


@dataclass(frozen=True)
class Built(Shape):
    """A page that a tool wrote.

    Attributes:
        whole: its HTML; empty where it is put together from its parts.
        sends: how many page views a browser sends on a first visit.
        settled: the verdict once a browser has looked; None follows from `status`.
    """

    whole: str = ""
    sends: int = 1
    settled: Status | None = None

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


def unpacked(folder: str) -> dict[str, str]:
    """Return the files of a tool that is kept packed, as they are served."""
    with ZipFile(BUNDLES / "held" / folder / f"{folder}.zip") as zipped:
        return {f"{SITE}/{one}": zipped.read(one).decode() for one in zipped.namelist()}


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
KLARO = (
    script("var klaroConfig={services:[{name:'own',purposes:['analytics']}]}")
    + "<script defer src='/klaro.js'></script>"
    + script(CODE, 'type="text/plain" data-type="application/javascript" data-name="own"')
)
KLARO_AGREED = script(
    "addEventListener('load',function(){setTimeout(function(){var manager=klaro.getManager();"
    "manager.changeAll(true);manager.saveAndApplyConsents()})})"
)
TARTEAUCITRON = (
    "<script src='/tarteaucitron.min.js'></script>"
    + script("tarteaucitronForceLanguage='en';tarteaucitron.init({highPrivacy:true,useExternalCss:true,cookieName:'t'})")
)  # fmt: skip
TARTEAUCITRON_JOB = script(
    "tarteaucitron.services.own={key:'own',type:'analytic',name:'own',needConsent:true,cookies:[],js:function(){"
    + CODE
    + "}};(tarteaucitron.job=tarteaucitron.job||[]).push('own')"
)
TARTEAUCITRON_AGREED = script(
    "var asked=setInterval(function(){if(tarteaucitron.state.own===undefined&&!document.getElementById('ownLine'))return;"
    "clearInterval(asked);tarteaucitron.userInterface.respondAll(true)},20)"
)

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
    Built("Klaro, nobody asked", KLARO, WARNING, ("page-held",), files=unpacked("klaro"), sends=0),
    Built("Klaro, agreed", KLARO, WARNING, ("page-held",), body=KLARO_AGREED, files=unpacked("klaro")),
    Built("tarteaucitron, nobody asked", TARTEAUCITRON, UNKNOWN, LATER, body=TARTEAUCITRON_JOB, files=unpacked("tarteaucitron"), sends=0, settled=UNKNOWN),
    Built("tarteaucitron, agreed", TARTEAUCITRON, UNKNOWN, LATER, body=TARTEAUCITRON_JOB + TARTEAUCITRON_AGREED, files=unpacked("tarteaucitron"), settled=WARNING),
    Built("Partytown", PARTYTOWN + script(CODE, 'type="text/partytown"'), WARNING, ("page-delayed",), files=tool("partytown", "/~partytown/")),
)  # fmt: skip
