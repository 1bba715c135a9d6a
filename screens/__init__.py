"""The Textual front end: it shows the engine's snapshots and sends back the user's answers; no decision is made here."""
