"""The Textual front end: it shows the engine's snapshots and sends back the user's answers; it decides nothing."""
