"""Snowplow's side: the pixel, the snippet, tracker files, events, and checks of pages."""
