"""What a user can choose about a setup: each choice declared once, for flags, plain questions, and the form."""
