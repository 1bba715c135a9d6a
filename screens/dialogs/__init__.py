"""Dialogs over a page: consent, decisions, help, and text to copy."""
