"""Internationalized domain names: to and from the ASCII form of DNS, certificates, and CloudFront (UTS #46)."""

PREFIX = "xn--"
"""How a label begins that stands for letters beyond ASCII (RFC 5890 §2.3.2.1)."""


def to_ascii(name: str) -> str:
    """Return the form with `xn--` labels, mapped as browsers do (UTS #46, nontransitional) and checked by IDNA 2008.

    Args:
        name: with at least one letter beyond ASCII.

    Raises:
        UnicodeError: it has a character or a part that names cannot have.
    """
    import idna  # noqa: PLC0415 - big tables, which few setups need

    return idna.encode(name, uts46=True, std3_rules=True).decode("ascii")


def readable(name: str) -> str:
    """Return the form that people read; labels that stand for nothing readable stay as they are."""
    return ".".join(_read(label) for label in name.split("."))


def both(name: str) -> str:
    """Return the readable form with the other one behind it, or just the name where there is only one."""
    read = readable(name)
    return name if read == name else f"{read} ({name})"


def unencoded(name: str) -> str:
    """Return the name as a form saves it that does not know international names: raw UTF-8, as zone files write it."""
    return "".join(letter if letter.isascii() else _octets(letter) for letter in readable(name))


def _octets(letter: str) -> str:
    return "".join(f"\\{octet:03}" for octet in letter.encode())


def _read(label: str) -> str:
    if not label.startswith(PREFIX):
        return label
    import idna  # noqa: PLC0415 - the same

    try:
        return idna.ulabel(label)
    except UnicodeError:  # an emoji, for example: registered here and there, and no letter to IDNA 2008
        return label
