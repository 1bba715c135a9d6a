"""The plain commands: thin, each one reads its flags, asks the service, and says what came of it."""
