"""The live trial: one whole life of a setup in a real account, for what only the real AWS can answer.

A development command (`make live-trial`), and no part of the product: it creates a setup in order to delete it again,
which no user wants, and what it brings home are fixtures for these tests. `docs/live-trial.md` is made from `plan`.
"""
