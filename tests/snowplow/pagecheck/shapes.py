"""Shapes of pages, written for these tests, with the right verdict beside each.

The setup behind them: pixel and tracker file at `HOST`, the file being a stand-in for sp.js (see `tests.trackers`).
"""

# ruff: noqa: E501 - a row of a table is a line

import base64
import html
import json
from dataclasses import dataclass, field

from tests.trackers import V4, tag_build
from wizard.model.digest import integrity
from wizard.model.results import Status
from wizard.model.setup import Goal, Made, Setup, SetupChoices, TrackerFile
from wizard.snowplow.csp import hashes_of
from wizard.snowplow.setup_snippet import loaded_by
from wizard.snowplow.snippet_builder import Variant, csp, inline_hash, snippet

HOST = "e.example.org"
URL = "https://www.example.org/start"
KEY = "4.10.1/abcdefgh12.js"
FILE = f"https://{HOST}/{KEY}"
VENDOR = "c.vendor.example"
VENDOR_FILE = "https://cdn.vendor.example/sp.js"

TRACKER = TrackerFile(
    source="npm:4.10.1",
    flavour="tag",
    version="4.10.1",
    sha384=integrity(tag_build()),
    md5="",
    size=len(tag_build()),
    key=KEY,
)
SETUP = Setup(
    name="main",
    id="0123abcd",
    created=0.0,
    choices=SetupChoices(domain=HOST, goals=(Goal.PIXEL, Goal.JS_BUCKET)),
    made=Made(distribution_domain="d1.cloudfront.net", tracker=TRACKER, trackers_stored=(TRACKER,)),
)
LOADED = loaded_by(SETUP)
assert LOADED is not None
PARTS = snippet(HOST, app_id="shop", tracker=LOADED)
TAG = PARTS.tag
CODE = TAG.partition('<script crossorigin="anonymous">')[2].partition("</script>")[0]

OK, WARNING, FAILED, UNKNOWN = Status.OK, Status.WARNING, Status.FAILED, Status.UNKNOWN

GET = 'eventMethod:"get"'
GOOD = 'appId:"shop",eventMethod:"get",credentials:"omit",keepalive:true,maxGetBytes:7900,platform:"web"'

BEACON = GOOD.replace(GET, 'eventMethod:"beacon"')


def loader(name: str = "shopEvents", source: str = FILE) -> str:
    """Return a loader as a site may have minified it: no hash, so the file is unchecked."""
    return (
        "(function(p,n,s){if(p[n])return;(p.GlobalSnowplowNamespace=p.GlobalSnowplowNamespace||[]).push(n);"
        "var w=p[n]=function(){w.q.push(arguments)};w.q=[];var e=p.document.createElement('script');e.async=true;"
        f"e.crossOrigin='anonymous';e.src=s;p.document.head.appendChild(e)}})(window,{json.dumps(name)},{json.dumps(source)});"
    )


def made(collector: str = f'"https://{HOST}"', settings: str = f"{{{GOOD}}}", name: str = "shopEvents") -> str:
    """Return the calls that create a tracker and send a page view; both arguments are JavaScript."""
    return f'{name}("newTracker","shop",{collector},{settings});{name}("trackPageView");'


def script(code: str, attributes: str = "") -> str:
    return f"<script{' ' if attributes else ''}{attributes}>{code}</script>"


def vendor(namespace: str = "cf", name: str = "snowplow") -> str:
    """Return the tag of another vendor's tracker."""
    return script(
        loader(name, VENDOR_FILE)
        + f'{name}("newTracker","{namespace}","https://{VENDOR}",{{appId:"v",eventMethod:"get",credentials:"omit"}});'
        f'{name}("trackPageView");'
    )


MINI = loader() + made()
UNCHECKED = "page-unchecked"


@dataclass(frozen=True)
class Shape:
    """One page.

    Attributes:
        name: what it shows.
        head: HTML of its head.
        status: the verdict on the whole page.
        problems: all problems that must be named, and no others.
        headers: what its server sends besides.
        body: HTML of its body.
        files: which tracker other addresses serve, for browsers.
        url: where it is.
    """

    name: str
    head: str
    status: Status
    problems: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    files: dict[str, str] = field(default_factory=dict)
    url: str = URL

    @property
    def text(self) -> str:
        return f"<!doctype html><html><head><meta charset=utf-8><title>t</title>{self.head}</head><body>{self.body}</body></html>"


def mini(name: str, code: str, status: Status = WARNING, problems: tuple[str, ...] = (UNCHECKED,)) -> Shape:
    """Return a page with one inline script."""
    return Shape(name, script(code), status, problems)


NEEDED = "; ".join(csp(HOST, FILE))
HASH = inline_hash(TAG)
HASH_512 = hashes_of(CODE)[2]
POLICY = "content-security-policy"


def with_policy(name: str, policy: str, status: Status = OK, head: str = TAG) -> Shape:
    return Shape(name, head, status, ("browser-csp",) if status is FAILED else (), {POLICY: policy})


def held(name: str, kind: str, problem: str, beside: str = "", more: str = "", *, status: Status = WARNING) -> Shape:
    """Return a page whose tag a tool holds back."""
    problems = ("page-held",) if problem == "page-held" else (problem,)
    return Shape(name, f'<script type="{kind}" {more}>{CODE}</script>{beside}', status, problems)


GTM = (
    "(function(w,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':1});var j=document.createElement('script'),"
    "d=l!='dataLayer'?'&l='+l:'';j.async=true;j.src='https://www.googletagmanager.com/gtm.js?id='+i+d;"
    "document.head.appendChild(j)})(window,'dataLayer','GTM-ABC1234');"
)
WRITING = "document.write(" + json.dumps(script(MINI)).replace("</", "<\\/") + ");"
WITHIN = V4.read_text(encoding="utf-8").replace("</script", "<\\/script") + ";"
CREATED = f'("own","https://{HOST}",{{{GOOD}}});'
BASE64 = base64.b64encode(CODE.encode()).decode()

SHAPES: tuple[Shape, ...] = (
    # The tag as it is printed, and where it stands.
    Shape("the tag as printed", TAG, OK),
    Shape("the tag at the end of the body", "", OK, body=f"<p>Hello</p>{TAG}"),
    Shape("the tag for a tag manager, on a page", snippet(HOST, app_id="s", tracker=LOADED, variant=Variant.GTM).tag, OK),
    Shape("the tag with its image", TAG, OK, body=PARTS.no_script),
    Shape("the tag in a comment", f"<!-- {TAG.replace('-->', '')} -->", FAILED, ("page-no-tag",)),
    Shape("the tag in a text area", "", FAILED, ("page-no-tag",), body=f"<textarea>{TAG}</textarea>"),
    Shape("the tag in a template", f"<template>{TAG}</template>", FAILED, ("page-no-tag",)),
    Shape("the tag in a shadow tree of the HTML", "", OK, body=f"<div><template shadowrootmode=open>{TAG}</template></div>"),
    Shape("the tag in noscript in the head", f"<noscript>{TAG}</noscript>", FAILED, ("page-no-tag",)),
    Shape("the tag as shown code", "", FAILED, ("page-no-tag",), body=f"<pre>{html.escape(TAG)}</pre>"),
    Shape("the tag in an SVG image's script", "", OK, body=f"<svg><script><![CDATA[{CODE}]]></script></svg>"),
    Shape("only the image", "", FAILED, ("page-only-image",), body=PARTS.no_script),
    Shape("no script at all", "", FAILED, ("page-no-tag",)),
    Shape("structured data only", script('{"@type":"Shop"}', 'type="application/ld+json"'), FAILED, ("page-no-tag",)),
    Shape("a module", script(MINI, "type=module"), WARNING, (UNCHECKED,)),
    Shape("only for old browsers", script(MINI, "nomodule"), FAILED, ("page-no-tag",)),
    Shape("type with a parameter", script(MINI, 'type="text/javascript; charset=utf-8"'), FAILED, ("page-held", UNCHECKED)),
    Shape("type in capitals", script(MINI, 'type=" TEXT/JavaScript "'), WARNING, (UNCHECKED,)),
    Shape("an old language attribute", script(MINI, 'language="JavaScript1.5"'), WARNING, (UNCHECKED,)),
    Shape("inline code beside an address", script(MINI, 'src="/empty.js"'), UNKNOWN, ("page-own-scripts",)),
    Shape("code in a data: address", f'<script src="data:text/javascript;base64,{base64.b64encode(MINI.encode()).decode()}"></script>', WARNING, (UNCHECKED,)),
    Shape("code in onload of the body", "", WARNING, (UNCHECKED,), body=f'<body onload="{html.escape(MINI)}">'),
    # The language.
    mini("a // in a regular expression", r"var h=/^https?:\/\//.test(location.href);" + MINI),
    mini("a quote in a regular expression", "var q=/[\"'`]/;" + MINI),
    mini("a // in a text", 'var u="//x.example/y";' + MINI),
    mini("a comment with the tag, then none", f"/* {made()} */ // {made()}", FAILED, ("page-no-tag",)),
    mini("the tag in a text only", f"var shown={json.dumps(made())};", UNKNOWN, ("page-own-scripts",)),
    mini("a template with the address", loader() + made("`https://${'e.example'}.org`")),
    mini("the address in a variable", f'var c="https://{HOST}";' + loader() + made("c")),
    mini("the address in pieces", 'var d="example.org";' + loader() + made("'https://'+['e',d].join('.')")),
    mini("the address in an object", f'const conf={{pixel:{{url:"https://{HOST}"}}}};' + loader() + made("conf.pixel.url")),
    mini("the address taken apart", f'const {{url:u="x"}}={{url:"https://{HOST}"}};' + loader() + made("u")),
    mini("the address in JSON", f"""var c=JSON.parse('{{"u":"https://{HOST}"}}');""" + loader() + made("c.u")),
    mini("the address by the page's protocol", loader() + made(f"(document.location.protocol=='https:'?'https':'http')+'://{HOST}'")),
    mini("the address escaped", loader() + made(r'"https:\/\/e.example.\u006frg"')),
    mini("settings with a spread", f"const base={{{GOOD}}};" + loader() + made(settings='{...base,appId:"x"}')),
    mini("settings by Object.assign", f"const base={{{GOOD}}};" + loader() + made(settings='Object.assign({},base,{appId:"x"})')),
    mini("settings in a variable, changed later", f"var o={{{GOOD}}};o.eventMethod='post';o.eventMethod='get';" + loader() + made(settings="o")),
    mini("commands by apply", loader() + f'shopEvents.apply(null,["newTracker","shop","https://{HOST}",{{{GOOD}}}]);shopEvents("trackPageView");'),
    mini("commands through a wrapper", loader() + "function t(){shopEvents.apply(null,arguments)}" + made(name="t")),
    mini("a function called later", loader() + f"function start(){{{made()}}}window.addEventListener('load',start);"),
    mini("under what a constructor made", loader() + f"function T(){{this.x=1}}var t=new T;if(t){{{made()}}}"),
    mini("a list of sites", loader() + f'["https://{HOST}"].forEach(function(c){{shopEvents("newTracker","shop",c,{{{GOOD}}})}});shopEvents("trackPageView");'),
    mini("two branches, one tracker", loader() + f'if(location.hash=="#t"&&window.test){{shopEvents("newTracker","shop","https://{HOST}",{{{GOOD}}})}}else{{shopEvents("newTracker","shop","https://{HOST}",{{{GOOD}}})}}shopEvents("trackPageView");'),
    mini("the address by the page's host", f"switch(location.hostname){{case'www.example.org':var c='https://{HOST}';break;default:var c='https://dev.example.org'}}" + loader() + made("c")),
    mini("written into the page", WRITING),
    mini("a syntax error before the tag", "var = ;" + MINI, UNKNOWN, ("page-syntax",)),
    mini("code that evaluates a text", f"eval({json.dumps(MINI)});", UNKNOWN, ("page-own-scripts",)),
    mini("under a condition", f"if(!/bot/i.test(navigator.userAgent)){{{MINI}}}", UNKNOWN, ("page-conditional", UNCHECKED)),
    mini("in a function that nothing calls", f"function track(){{{MINI}}}", UNKNOWN, ("page-conditional", "page-no-view", UNCHECKED)),
    mini("an address that only the server knows", "var c=window.conf&&window.conf.c;" + loader() + made("c"), UNKNOWN, ("page-collector-unread",)),
    # Addresses.
    mini("protocol-relative file", loader(source=f"//{HOST}/{KEY}") + made()),
    mini("file by http on an HTTPS page", loader(source=f"http://{HOST}/{KEY}") + made(), FAILED, ("page-mixed", UNCHECKED)),
    Shape("the same, upgraded by a policy", script(loader(source=f"http://{HOST}/{KEY}") + made()), WARNING, (UNCHECKED,), {POLICY: "upgrade-insecure-requests"}),
    mini("file with ?v=", loader(source=f"{FILE}?v=3") + made()),
    mini("host in capitals", loader() + made('"https://E.Example.Org"')),
    mini("the usual port", loader() + made(f'"https://{HOST}:443"')),
    mini("another port", loader() + made(f'"https://{HOST}:8443"'), FAILED, ("page-collector-form", UNCHECKED)),
    mini("a bare host", loader() + made(f'"{HOST}"'), WARNING, ("page-collector-form", UNCHECKED)),
    mini("a slash at the end", loader() + made(f'"https://{HOST}/"'), FAILED, ("page-collector-form", UNCHECKED)),
    mini("the scheme in capitals", loader() + made(f'"HTTPS://{HOST}"'), FAILED, ("page-collector-form", UNCHECKED)),
    mini("the distribution's own name", loader() + made('"https://d1.cloudfront.net"')),
    mini("another collector", loader() + made('"https://other.example.org"'), FAILED, ("page-other-collector",)),
    mini("a placeholder as collector", loader() + made('"https://[YOUR-COLLECTOR]"'), FAILED, ("page-other-collector",)),
    Shape("a placeholder as a script's address", TAG + "<script src='https://[cdn]/x.js'></script>", OK),
    mini("another file at the pixel's host", loader(source=f"https://{HOST}/sp.js") + made(), FAILED, ("page-other-tracker",)),
    mini("a tracker file from elsewhere", loader(source=VENDOR_FILE) + made(), UNKNOWN, ("page-other-tracker",)),
    # Settings.
    Shape("minified false, version 3", script(loader() + made(settings='{appId:"a",eventMethod:"get",withCredentials:!1,maxGetBytes:7900}')), WARNING, (UNCHECKED,), files={FILE: "version 3"}),
    mini("minified true", loader() + made(settings=f"{{{GOOD.replace('keepalive:true', 'keepalive:!0')}}}")),
    mini("no event method", loader() + made(settings='{credentials:"omit",keepalive:true,maxGetBytes:7900}'), FAILED, ("page-settings", UNCHECKED)),
    mini("by POST", loader() + made(settings='{eventMethod:"post",credentials:"omit",keepalive:true,maxGetBytes:7900}'), FAILED, ("page-settings", UNCHECKED)),
    mini("by beacon, which version 4 doesn't know", loader() + made(settings=f"{{{BEACON}}}")),
    mini("the method in capitals", loader() + made(settings=f"{{{GOOD.replace(GET, GET.replace('get', 'GET'))}}}")),
    mini("POST in capitals", loader() + made(settings=f"{{{GOOD.replace(GET, GET.replace('get', 'POST'))}}}"), FAILED, ("page-settings", UNCHECKED)),
    mini("by beacon, to a tracker file that isn't known", loader(source=VENDOR_FILE) + made(settings=f"{{{BEACON}}}"), UNKNOWN, ("page-other-tracker", "page-settings-unread")),
    mini("with cookies", loader() + made(settings='{eventMethod:"get",keepalive:true,maxGetBytes:7900}'), FAILED, ("page-settings", UNCHECKED)),
    mini("no settings", loader() + made(settings="void 0"), FAILED, ("page-settings", "page-losses", UNCHECKED)),
    mini("server anonymization", loader() + made(settings=f"{{{GOOD},anonymousTracking:{{withServerAnonymisation:true}}}}"), FAILED, ("page-settings", UNCHECKED)),
    mini("no maxGetBytes, no keepalive", loader() + made(settings='{eventMethod:"get",credentials:"omit"}'), WARNING, ("page-losses", UNCHECKED)),
    mini("a condition in a setting", loader() + made(settings="{" + GOOD.replace(GET, 'eventMethod:window.big?"post":"get"') + "}"), UNKNOWN, ("page-settings-unread", UNCHECKED)),
    mini("settings from elsewhere", loader() + made(settings="window.trackerSettings"), UNKNOWN, ("page-settings-unread", UNCHECKED)),
    mini("no page view", loader() + f'shopEvents("newTracker","shop","https://{HOST}",{{{GOOD}}});', FAILED, ("page-no-view", UNCHECKED)),
    # Doubles.
    Shape("the tag twice", TAG + TAG, FAILED, ("page-twice",)),
    Shape("the tag, and its file once more", f"{TAG}<script src='{FILE}' async></script>", WARNING, ("page-twice", UNCHECKED)),
    # What adds the tag later, or hides it.
    mini("a tag manager's own snippet", GTM, UNKNOWN, ("page-tag-manager",)),
    Shape("a tag manager as an element", "<script src='https://www.googletagmanager.com/gtm.js?id=GTM-X'></script>", UNKNOWN, ("page-tag-manager",)),
    Shape("a bundle (Vite)", '<script type="module" crossorigin src="/assets/index-B3xk2.js"></script>', UNKNOWN, ("page-own-scripts",)),
    Shape("a framework's chunks (Next.js)", '<script src="/_next/static/chunks/main-app-1a2b.js" async=""></script>' + script('self.__next_f.push([1,"x"])'), UNKNOWN, ("page-own-scripts",)),
    Shape("a framework's payload (Nuxt)", script("window.__NUXT__={config:{public:{}}}") + '<script type="module" src="/_nuxt/entry.a1.js"></script>', UNKNOWN, ("page-own-scripts",)),
    Shape("the tracker itself in the page", script(WITHIN + "snowplowBrowserTracking.newTracker" + CREATED + "snowplowBrowserTracking.trackPageView();"), OK),
    Shape("the same, renamed by a bundler", script(WITHIN + "var t=snowplowBrowserTracking,n=t['new'+'Tracker'];n" + CREATED + "t.trackPageView();"), OK),
    Shape("libraries from a public collection", "<script src='https://code.jquery.com/jquery-3.7.1.min.js'></script>", FAILED, ("page-no-tag",)),
    mini("an old _snaq tag without its tracker", f"var _snaq=_snaq||[];_snaq.push(['setCollectorUrl','{HOST}']);_snaq.push(['trackPageView']);", FAILED, ("page-old-loader",)),
    Shape("an old _snaq tag with its tracker", script(f"var _snaq=_snaq||[];_snaq.push(['setCollectorUrl','{HOST}']);_snaq.push(['trackPageView']);") + "<script src='https://cdn.vendor.example/sp.js'></script>", UNKNOWN, ("page-old-loader",)),
    # Held back.
    held("Rocket Loader", "0f1e2d-text/javascript", "page-delayed", "<script src='/cdn-cgi/scripts/7d0fa10a/cloudflare-static/rocket-loader.min.js' data-cf-settings='0f1e2d-|49' defer></script>"),
    held("Partytown", "text/partytown", "page-delayed"),
    held("WP Rocket", "rocketlazyloadscript", "page-delayed", more='data-rocket-type="text/javascript"'),
    held("LiteSpeed Cache", "litespeed/javascript", "page-delayed"),
    Shape("Flying Scripts", f'<script id="flying-scripts">var w=1;</script><script type="lazy" data-type="lazy" data-src="data:text/javascript;base64,{BASE64}"></script>', WARNING, ("page-delayed",)),
    held("Cookiebot", "text/plain", "page-held", more='data-cookieconsent="statistics"'),
    held("CookieConsent", "text/plain", "page-held", "<script src='https://cdn.jsdelivr.net/gh/orestbida/cookieconsent@3.0.1/dist/cookieconsent.umd.js'></script>", 'data-category="analytics"'),
    held("Complianz", "text/plain", "page-held", more='data-service="x" data-category="statistics"', beside='<script id="cmplz-cookiebanner-js" src="/wp-content/plugins/complianz-gdpr/cookiebanner/js/complianz.min.js"></script>'),
    held("a consent tool that isn't listed", "text/plain", "page-held", "<script src='https://cdn.agree.example/cookie-banner.js'></script>", 'data-agree="stats"'),
    held("another one, by its type", "application/consent", "page-held", more='consent-required="3"'),
    held("a third one, by its attributes", "text/plain", "page-held", more='data-permission="stats"'),
    held("a type that nothing on the page knows", "x", "page-held", status=FAILED),
    Shape("a consent tool that lets it run", TAG + "<script src='https://consent.cookiebot.com/uc.js'></script>", WARNING, ("page-consent-tool",)),
    # Other trackers.
    Shape("another vendor's tracker, with names of its own", vendor(name="vendorEvents") + TAG, WARNING, ("page-others",)),
    Shape("another vendor's tracker with the name snowplow", vendor() + TAG, WARNING, ("page-others",)),
    Shape("the other way round", TAG + vendor(), WARNING, ("page-others",)),
    Shape("a tag whose name another vendor has", vendor("shop") + script(loader("snowplow") + made(name="snowplow")), FAILED, ("page-name-taken", "page-others")),
    # The file's hash.
    Shape("a wrong hash", TAG.replace(TRACKER.sha384, "sha384-" + "A" * 64), FAILED, ("page-integrity",)),
    Shape("a hash without crossorigin", TAG.replace('script.crossOrigin = "anonymous";', ""), FAILED, ("page-crossorigin",)),
    # Policies.
    with_policy("a policy with all lines", f"{NEEDED}; script-src-elem https://{HOST} {HASH}"),
    with_policy("keywords in other case", f"connect-src https://{HOST}; script-src https: 'Unsafe-Inline'"),
    with_policy("a SHA-512", f"script-src https://{HOST} {HASH_512}; connect-src https://{HOST}"),
    with_policy("a nonce", f"script-src https://{HOST} 'nonce-abc'; connect-src https://{HOST}", head=TAG.replace("<script ", "<script nonce=abc ")),
    with_policy("a nonce in other case", f"script-src https://{HOST} 'nonce-ABC'; connect-src https://{HOST}", FAILED, TAG.replace("<script ", "<script nonce=abc ")),
    with_policy("strict-dynamic with a hash", f"script-src 'strict-dynamic' {HASH}"),
    with_policy("strict-dynamic alone", "script-src 'strict-dynamic' 'unsafe-inline' https:", FAILED),
    with_policy("connect-src without the pixel", "connect-src 'self'", FAILED),
    with_policy("default-src alone", "default-src 'self' 'unsafe-inline'", FAILED),
    with_policy("two policies, one too strict", f"default-src * 'unsafe-inline', connect-src https://x{HOST}", FAILED),
    with_policy("sandbox", "sandbox allow-same-origin", FAILED),
    with_policy("sandbox with scripts", "sandbox allow-scripts allow-same-origin"),
    with_policy("trusted types", "require-trusted-types-for 'script'", FAILED),
    with_policy("a policy about images only", "img-src 'none'"),
    Shape("a policy in the page", f"<meta http-equiv=Content-Security-Policy content=\"connect-src 'self'\">{TAG}", FAILED, ("browser-csp",)),
    Shape("a policy in the page, after the tag", f"{TAG}<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">", OK),
    Shape("a policy against the image", TAG, WARNING, ("browser-csp",), {POLICY: "img-src 'self'"}, body=PARTS.no_script),
    Shape("a policy that is only reported", TAG, OK, (), {"content-security-policy-report-only": "default-src 'none'"}),
)  # fmt: skip
