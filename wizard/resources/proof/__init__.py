"""Proof of life: the test event, and events from a real browser."""
