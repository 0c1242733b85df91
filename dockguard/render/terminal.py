"""What may reach a terminal: visible escapes, columns, wrapping and colour."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.record import dataclass

MAX_WIDTH = 100  # columns, whatever the terminal offers
MIN_WIDTH = 40
MAX_TEXT = 2000  # code points of one message; more is a defect of the input, not information
ELLIPSIS = "…"

# Printable to Python, and yet without a glyph: fillers, joiners, variation selectors.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_STYLES = {
    "critical": "1;35",
    "high": "1;31",
    "medium": "1;33",
    "low": "1;36",
    "error": "1;31",
    "pass": "1;32",
    "fail": "1;31",
    "frame": "1;34",
    "note": "1;34",
    "bold": "1",
    "dim": "2",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How an output for people looks: columns, and whether it may use ANSI colours."""

    width: int = MAX_WIDTH
    color: bool = False

    @classmethod
    def of(cls, width: int, color: bool) -> Look:
        """A look within the bounds that the layout can keep."""
        return cls(max(MIN_WIDTH, min(width, MAX_WIDTH)), color)

    def paint(self, text: str, style: str) -> str:
        """A text in a style; colour only repeats what words say."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color and text else text


def visible(char: str) -> str:
    r"""A character, or where a terminal would obey or hide it its escape (`\x1b`, `\u202e`)."""
    if char.isprintable() and char not in _INVISIBLE and not 0xE0100 <= ord(char) <= 0xE01EF:
        return char
    code = ord(char)
    return _SHORT.get(char) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def safe(text: str) -> str:
    """A text of one line without anything that a terminal would obey: no controls, no bidirectional overrides."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(visible, text))


def room(text: str) -> int:
    """Columns a safe text may need: at least one for each code point, two for wide ones."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def columns(char: str) -> int:
    """Columns that one visible character takes: 0 for a combining mark, 2 for a wide one."""
    if char.isascii():
        return len(char)
    from unicodedata import category, east_asian_width

    return 0 if category(char) in ("Mn", "Me") else 2 if east_asian_width(char) in "WF" else 1


def head(text: str, width: int) -> str:
    """The beginning of a safe text that fits, with an ellipsis where something was cut."""
    if room(text) <= width:
        return text
    return text[: _fitting(text, width - 1)] + ELLIPSIS


def tail(text: str, width: int) -> str:
    """The end of a safe text that fits, with an ellipsis where something was cut."""
    if room(text) <= width:
        return text
    backwards = text[::-1]
    return ELLIPSIS + backwards[: _fitting(backwards, width - 1)][::-1]


def _fitting(text: str, width: int) -> int:
    """How many code points of a text fit."""
    used = 0
    for index, char in enumerate(text):
        used += room(char)
        if used > width:
            return index
    return len(text)


def wrap(text: str, width: int, indent: str = "", hang: str = "") -> list[str]:
    """A text as safe lines of at most `width` columns (more than the indents); a word longer than a line is cut."""
    lines: list[str] = []
    line, used, empty = indent, room(indent), True
    shown = safe(text[:MAX_TEXT]) + ELLIPSIS * (len(text) > MAX_TEXT)
    for word in _words(shown, max(1, width - max(room(indent), room(hang)))):
        size = room(word)
        if not empty and used + 1 + size > width:
            lines.append(line)
            line, used, empty = hang, room(hang), True
        line += word if empty else " " + word
        used, empty = used + size + (not empty), False
    return [*lines, line]


def _words(text: str, width: int) -> Iterator[str]:
    """The words of a text, cut where one is longer than a line."""
    for word in text.split():
        while len(word) > 1 and room(word) > width:
            count = max(1, _fitting(word, width))
            yield word[:count]
            word = word[count:]
        yield word
