"""Code to paste, colored by what its parts are."""

from textual.content import Content
from textual.highlight import HighlightTheme, TokenType, highlight

from screens.texts.style import MUTED, clean


class CodeTheme(HighlightTheme):
    """Few colors, each of which can be read on both of our themes."""

    STYLES: dict[TokenType, str] = {  # noqa: RUF012 - as Textual declares it
        ("Comment",): MUTED,
        ("Keyword",): "$text-primary",
        ("Literal", "String"): "$text-success",
        ("Name", "Tag"): "bold $text-primary",
        ("Name", "Attribute"): "$text-warning",
    }
    """By Pygments' types of tokens, each written as the tuple that it is."""


def code(text: str, language: str = "html") -> Content:
    """Return code with its colors; as text it is the same.

    Args:
        text: the code.
        language: as Pygments calls it.
    """
    return highlight(clean(text), language=language, theme=CodeTheme)
