"""The tracker's JavaScript: where it comes from, whether it is one, and how a web server of the user's serves it.

`file` recognizes it, `sources` gets it (with `npm` and `unpack`), `names` gives it its place, `served` judges how it is
delivered, `export` writes the folder for the user's own web server.
"""
