"""Texts on pages and dialogs: styled words for stages, checks, plans, and sources of credentials."""
