"""Plain mode: the wizard as questions, one line each."""
