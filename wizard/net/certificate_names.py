"""Which hostnames a certificate covers, wildcards included."""

from collections.abc import Iterable


def covers(names: Iterable[str], host: str) -> bool:
    """Say whether one of a certificate's names covers a host; a wildcard stands for exactly one label (RFC 9525 §6.3).

    Args:
        names: as the certificate has them, in any case.
        host: in lower case.
    """
    parent = host.partition(".")[2]
    covering = {host, f"*.{parent}"} if parent else {host}
    return any(name.lower() in covering for name in names)
