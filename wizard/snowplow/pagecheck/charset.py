"""Characters of a page: which encoding its bytes are in, as browsers decide. Pure.

The order is the HTML Standard's: byte-order mark, Content-Type, the first 1,024 bytes of the page, and then UTF-8.
"""

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SCANNED = 1024
_META = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([^\s"'/>;]+)""", re.IGNORECASE)
_PARAMETER = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)

_LATIN = "cp1252"
"""What browsers read where a page says Latin-1 or ASCII (WHATWG Encoding Standard, names and labels)."""

_KNOWN = frozenset(
    {
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp866", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        *(f"cp{number}" for number in (874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 932, 949)),
        *("gbk", "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr"),
    }
)
"""Python's names of the encodings that browsers know; its other codecs are no encodings of pages."""

_BROWSERS = {
    "iso8859-1": _LATIN,
    "ascii": _LATIN,
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gbk",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
}
"""Encodings that browsers read as another, larger one."""

_LABELS = {"x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932", "x-gbk": "gbk", "x-cp1252": _LATIN}


def encoding_of(body: bytes, content_type: str) -> str:
    """Return the Python name of a page's encoding; a name that browsers don't know counts as none."""
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    if marked:
        return marked
    given = _PARAMETER.search(content_type)
    named = _python_name(given[1]) if given else None
    if named:
        return named
    found = _META.search(body[:_SCANNED])
    inside = _python_name(found[1].decode("ascii", "replace")) if found else None
    # A page that can be searched for ASCII isn't UTF-16, whatever it says; the standard reads it as UTF-8.
    return "utf-8" if inside is None or inside.startswith("utf-16") else inside


def decoded(body: bytes, content_type: str) -> str:
    """Return a page's text; what isn't in its encoding becomes U+FFFD, as in browsers."""
    return body.decode(encoding_of(body, content_type), "replace").removeprefix("\ufeff")


def _python_name(label: str) -> str | None:
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):  # ValueError: NUL and other letters that no name has
        return None
    name = _BROWSERS.get(name, name)
    return name if name in _KNOWN else None
