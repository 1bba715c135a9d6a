"""Browser proof: events of a real browser, sent by the user's own snippet.

`proof_server` serves a page on 127.0.0.1, `proof_page` builds it, `page_report` is what the page tells, `verdict` says
what that means, and `chromium` starts a throw-away browser that knows a practice world. `wizard.snowplow.csp` lets the
page live under the Content-Security-Policy of the user's site. What is done with it all:
`wizard.resources.proof.browser_run`.

A page of the user's own is watched, too: `devtools` runs a headless browser, `page_watch` opens the page in it and
answers in every collector's place, and `page_verdict` says what was seen.
"""
