"""The only proof that counts: events of a real browser, sent by the user's own snippet.

`server` serves a page on 127.0.0.1, `page` builds it, `report` is what the page tells, `verdict` says what that means,
`policy` lets the page live under the Content-Security-Policy of the user's site, `chromium` starts a throw-away browser
that knows a practice world. What is done with it all: `wizard.resources.proof.browser_run`.
"""
