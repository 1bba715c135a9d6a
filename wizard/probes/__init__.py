"""Probes: one thing each that the world sees. They only look, and leave no trace in the user's data."""
