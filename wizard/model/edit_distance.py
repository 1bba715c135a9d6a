"""How many letters two names differ by: what tells a mistyped one from another."""

NEAR = 2
"""Letters that may differ for a name to count as mistyped: so many that no two real ones are ever so alike."""


def letters_apart(one: str, other: str) -> int:
    """Return the edit distance: letters to add, take away or change (Levenshtein). At most 255 each, as in the DNS."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for column, wanted in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (letter != wanted))
    return row[-1]
