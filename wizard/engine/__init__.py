"""The engine: walks over resources and probes, reconciliation, and progress."""
