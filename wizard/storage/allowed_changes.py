"""Which choices of a saved setup may still change, and what starts anew then."""

from collections.abc import Callable, Collection
from typing import Any

from msgspec.structs import replace

from wizard.model.setup import Goal, Setup, SetupChoices
from wizard.storage.setup_state import MemoryState
from wizard.storage.store import Store, StoreError


def choose(store: Store, name: str, refuse: Callable[[SetupChoices], None], /, **choices: Any) -> Setup:
    """Change choices of a saved setup; the next apply carries them out.

    Another domain starts the certificate, the records and the proof anew; what was made for the earlier one is
    corrected by the same resources.

    Args:
        store: where it is saved.
        name: the setup.
        refuse: raises what keeps choices from fitting together.
        choices: the fields that change.

    Raises:
        StoreError: no such setup, or a choice that cannot be changed any more.
        wizard.storage.store.LockedError: another process works on the setup.
    """
    with store.writing(name, f"snowpixel set {name}") as state:
        before = state.setup
        after = replace(before.choices, **choices)
        refuse_unchangeable(before, after)
        refuse(after)
        state.choose(**choices)
        changed = [name for name in choices if getattr(after, name) != getattr(before.choices, name)]
        _start_anew(state, {item for name in changed for item in FOLLOWING.get(name, ())})
        if after.domain != before.choices.domain:
            start_name_anew(state)
        return state.setup


def refuse_unchangeable(setup: Setup, wanted: SetupChoices) -> None:
    """Refuse choices that what was made cannot follow any more.

    Raises:
        StoreError: which, why, and what to do instead.
    """
    if setup.made.content_bucket and wanted.region != setup.choices.region:
        raise StoreError(
            f"The buckets of '{setup.name}' are in {setup.choices.region} and can't move. Create a new setup for the "
            f"other region, then remove this one."
        )
    if setup.made.content_bucket and Goal.PIXEL in setup.choices.goals and Goal.PIXEL not in wanted.goals:
        raise StoreError(
            f"The pixel of '{setup.name}' exists and may be in use. To delete it, remove the setup (the logs are "
            f"kept), then create a new one for the JavaScript alone."
        )
    if setup.made.alias and wanted.domain is None:
        raise StoreError(
            f"'{setup.name}' is in use under {setup.made.alias}. To go back to CloudFront's domain name, create a "
            f"new setup without a domain, then remove this one."
        )


FOLLOWING = {
    "retention_days": ("log-bucket.lifecycle",),
    "viewer": ("distribution",),
    "certificate": ("certificate", "certificate-record", "certificate-issued", "alias"),
    "pixel": ("pixel-image", "pixel-i", "pixel-pxl", "pixel-ice"),
    "tracker": ("tracker-file", "tracker-object", "tracker-folder", "tracker-server"),
    "tracker_sha384": ("tracker-file", "tracker-object", "tracker-folder", "tracker-server"),
}
"""Choice to the items that show it: after a change they have never been as wanted, and nobody else has changed them."""

NAMED = frozenset({"certificate", "certificate-record", "certificate-issued", "alias", "pixel-record", "first-event"})
"""Items that depend on the domain: with another one they have never been as wanted."""


def start_name_anew(state: MemoryState) -> None:
    """Forget what was made and proved for the earlier domain."""
    state.record(
        hosted_zone=None,
        validation_name=None,
        validation_value=None,
        certificates_replaced=0,
        event_request_id=None,
        event_sent_at=None,
        events_sent_again={},
        proof=None,
        records_seen={},
    )
    _start_anew(state, NAMED)
    state.update(waits={})


def _start_anew(state: MemoryState, items: Collection[str]) -> None:
    """Take back that items were once as wanted."""
    if items:
        state.update(stood=tuple(item for item in state.setup.stood if item not in items))
