"""Page check: whether the tag is on a live page, and whether it will work.

`visit` gets the page, `html` reads it, the `js_` modules follow its scripts, `inline_trackers` lists the trackers that
they create, `look` holds all of it for one setup, and `judge` with its neighbors says what that means. Only what the
server sends is seen: what a browser makes of it shows in a browser alone
(`wizard.snowplow.browserproof.page_watch`).
"""
