"""Accepts warnings and withdraws that, saved in the setup's file."""

from wizard.model.acceptance import Accepted, _seen
from wizard.model.results import Acceptance, Check, Status
from wizard.model.terminal_text import printable
from wizard.model.validators import InvalidChoice
from wizard.storage.store import Store

LONGEST = 200
"""Characters of a reason."""


def reason(text: str) -> str:
    """Clean a reason.

    Raises:
        InvalidChoice: there is none, or it is too long.
    """
    cleaned = " ".join(filter(None, map(printable, text.split())))
    if not cleaned:
        raise InvalidChoice("Enter a reason: a year from now, somebody will ask why. A few words are enough.")
    if len(cleaned) > LONGEST:
        raise InvalidChoice(f"The reason has {len(cleaned)} characters; the limit is {LONGEST}.")
    return cleaned


def accept(store: Store, name: str, check: Check, why: str, now: float) -> Accepted:
    """Save that a warning is on purpose, and return all that is accepted.

    Args:
        store: where setups are saved.
        name: the setup.
        check: the warning as it was seen.
        why: the reason, in the user's words.
        now: seconds since the epoch.

    Raises:
        InvalidChoice: it is no warning, or the reason cannot be one.
        wizard.storage.store.StoreError: the setup cannot be saved, or another process works on it.
    """
    if check.status is not Status.WARNING:
        raise InvalidChoice(f"'{check.id}' is {check.status}. Only a warning can be accepted as it is.")
    problem, observed = _seen(check)
    given = Acceptance(problem, observed, reason(why), now)
    with store.writing(name, f"snowpixel check {name} --accept {check.id}") as state:
        state.update(accepted={**state.setup.accepted, check.id: given})
        return state.setup.accepted


def withdraw(store: Store, name: str, item: str) -> Accepted:
    """Save that a warning counts again, and return all that is still accepted.

    Raises:
        InvalidChoice: nothing was accepted there.
        wizard.storage.store.StoreError: the setup cannot be saved, or another process works on it.
    """
    with store.writing(name, f"snowpixel check {name} --withdraw {item}") as state:
        left = {key: value for key, value in state.setup.accepted.items() if key != item}
        if left == state.setup.accepted:
            raise InvalidChoice(f"Nothing is accepted at '{item}'. Accepted: {', '.join(left) or 'nothing'}.")
        state.update(accepted=left)
        return left
