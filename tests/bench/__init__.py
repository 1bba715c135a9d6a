"""The measured figures: calls to AWS, seconds, start-up. Run with `make bench`; never part of the timed tests."""
