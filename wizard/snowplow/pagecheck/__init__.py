"""A look at one of the user's live pages: is the tag there, and will it work?

`page` reads the HTML, `tags` finds trackers in it, `judge` says what that means. Only what the server sends is seen:
what scripts add later shows in a browser alone (`wizard.snowplow.browserproof`).
"""
