"""Where a user can go: pages name a place, the app knows which page that is. So no page has to import another."""

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
