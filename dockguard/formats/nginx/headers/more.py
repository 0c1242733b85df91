"""The lines of headers-more: `more_set_headers` and `more_clear_headers`, word by word.

What they do was measured with version 0.40: an inner block's lines come after the outer ones and nothing is dropped;
a later line replaces an earlier one's header; an empty value takes the header away; they run before `add_header`, whose
header is then sent beside theirs; every status gets them unless `-s` names some, every type unless `-t` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.text.tree import Word
from dockguard.record import dataclass

LINES = frozenset(("more_set_headers", "more_clear_headers"))
_TAKES_VALUE = ("-s", "-t")


@dataclass(frozen=True, slots=True)
class More:
    """One header that a line sets, or takes away where `value` is None; `name` may end in `*` then."""

    directive: Directive
    name: Word
    value: Word | None
    statuses: tuple[str, ...]
    types: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def of_pages(self) -> bool:
        """Whether HTML pages with status 200 get it; `-r`, which is for request headers, the module refuses here."""
        right = not self.types or "text/html" in self.types
        return right and (not self.statuses or "200" in self.statuses) and "-r" not in self.flags

    @property
    def takes_away(self) -> bool:
        """Whether nothing is left of the header."""
        return self.value is None or (not self.value.text and not self.value.opaque)

    def about(self, key: str) -> bool:
        """Whether it is about a header (lower case)."""
        name = self.name.text.lower()
        return key.startswith(name[:-1]) if name.endswith("*") and self.value is None else key == name


def more(directive: Directive) -> Iterator[More]:
    """The headers of one line, in the order of its words."""
    headers: list[Word] = []
    options: dict[str, list[str]] = {"-s": [], "-t": []}
    flags: list[str] = []
    words = iter(directive.words)
    for word in words:
        if word.text in _TAKES_VALUE:
            following = next(words, None)
            options[word.text] += following.text.split() if following is not None else []
        elif word.text.startswith("-") and len(word.text) == 2:
            flags.append(word.text)
        else:
            headers.append(word)
    for word in headers:
        name, value = _split(word, directive.name == "more_clear_headers")
        yield More(directive, name, value, tuple(options["-s"]), tuple(options["-t"]), tuple(flags))


def _split(word: Word, clears: bool) -> tuple[Word, Word | None]:
    name, colon, rest = word.text.partition(":")
    if clears or not colon:
        return _part(word, name.strip(), 0), None
    value = rest.strip(" \t")
    return _part(word, name, 0), _part(word, value, len(name) + 1 + rest.find(value))


def _part(word: Word, text: str, at: int) -> Word:
    """A slice as a word of its own; where the file has escapes, at the place of the whole word."""
    if not word.verbatim:
        return Word(text, word.source, word.start, word.end, "", word.opaque)
    start = word.inner.start + at
    return Word(text, word.source, start, start + len(text), "", word.opaque)
