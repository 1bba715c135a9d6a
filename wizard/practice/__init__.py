"""Practice: an embedded AWS, DNS and CloudFront edge on this machine, on loopback only, in one process of their own.

Read `server.py` for what is started, `rules/` for how it differs from the emulator below, and `control_client.py` for
the knobs.
"""
