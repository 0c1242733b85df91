"""The fingerprint that GitHub gives a line: the algorithm of codeql-action's `fingerprints.ts`, in closed form.

There, a window rolls over the characters of a file without blanks, and a line's hash is the polynomial of the hundred
characters from its start, in powers of 37 modulo 2**64; equal hashes are numbered in order.
"""

from __future__ import annotations

from dockguard.source import Source

WINDOW = 100  # UTF-16 units
BASE = 37
END = "\uffff"  # stands for the end of the file


class LineHashes:
    """The `primaryLocationLineHash` of the lines of one source."""

    def __init__(self, source: Source) -> None:
        text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
        self._text = _units(("\ufeff" if source.bom else "") + text) + END
        self._starts = [0, *(at + 1 for at, char in enumerate(self._text) if char == "\n")]
        self._ordinals = self._count()

    def of(self, line: int) -> str:
        """`hash:ordinal` of a one-based line."""
        start = self._starts[min(line, len(self._starts)) - 1]
        total = 0
        for char in self._text[start : start + WINDOW].ljust(WINDOW, "\0"):
            total = (total * BASE + ord(char)) % 2**64
        return f"{total:x}:{self._ordinals[start]}"

    def _count(self) -> dict[int, int]:
        """How often the window of a line was seen up to that line."""
        seen: dict[str, int] = {}
        ordinals = {}
        for start in self._starts:
            window = self._text[start : start + WINDOW]
            ordinals[start] = seen[window] = seen.get(window, 0) + 1
        return ordinals


def _units(text: str) -> str:
    """A text with one character for each UTF-16 unit, as JavaScript counts."""
    if text.isascii():
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[at] | data[at + 1] << 8) for at in range(0, len(data), 2))
