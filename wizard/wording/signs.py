"""Signs of changes, and who makes them."""

from collections.abc import Mapping

from wizard.model.results import Action, Actor

ACTION_SIGNS: Mapping[Action, str] = {Action.CREATE: "+", Action.UPDATE: "~", Action.REPLACE: "↻", Action.DELETE: "-"}

_ACTORS: Mapping[Actor, str] = {Actor.US: "", Actor.USER: "by you", Actor.AWS: "by AWS, automatically"}


def by(actor: Actor) -> str:
    """Say in brackets who makes a change, with a blank before it; empty for snowpixel itself."""
    return f" ({_ACTORS[actor]})" if _ACTORS[actor] else ""
