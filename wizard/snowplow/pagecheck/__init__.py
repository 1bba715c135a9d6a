"""Page check: whether the tag is on a live page, and whether it will work.

`html` reads the page, `inline_trackers` finds trackers in it, `judge` says what that means. Only what the server sends
is seen: what scripts add later shows in a browser alone (`wizard.snowplow.browserproof`).
"""
