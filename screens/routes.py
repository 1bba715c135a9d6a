"""Routes: the places that a page can lead to; the app knows which page each one is."""

from enum import StrEnum


class Route(StrEnum):
    """A page of the wizard."""

    HOME = "home"
    CHOICES = "choices"
    CREDENTIALS = "credentials"
    PLAN = "plan"
    RUN = "run"
    DNS = "dns"
    CHECKLIST = "checklist"
    DONE = "done"
    BROWSE = "browse"
    EVENTS = "events"
    REMOVE = "remove"
    SETTINGS = "settings"
