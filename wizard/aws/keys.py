"""AWS access keys in memory: masked secrets, and where a session's credentials come from."""

from dataclasses import dataclass

from wizard.model.masking import hold


class Secret:
    """A masked string: it shows itself only when asked by name.

    Args:
        value: what must not appear in any log, traceback, screenshot or file.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        hold(value)

    def reveal(self) -> str:
        """Return the secret itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is never written anywhere")


@dataclass(frozen=True)
class Keys:
    """A typed or practiced pair of keys, kept in memory."""

    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None
    expires: float | None = None
    """When they end, for keys of some hours."""


@dataclass(frozen=True)
class KeySource:
    """Where credentials come from; with neither, boto3's own search decides.

    Attributes:
        keys: an explicit pair.
        profile: name of a profile in the shared AWS files.
        endpoint: URL that stands in for every AWS endpoint (a practice world); None is AWS itself.
    """

    keys: Keys | None = None
    profile: str | None = None
    endpoint: str | None = None
