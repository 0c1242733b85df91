"""Where each key and value of a TOML text stands: what `tomllib` reads but does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockguard.lazy import regex
from dockguard.record import dataclass

Path = tuple[str | int, ...]
Range = tuple[int, int]

MAX_DEPTH = 32  # parts of a dotted key; twice as many levels of values

# Possessive loops: on a valid text they never need to give anything back.
_BLANK = regex(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BARE = regex(r"[A-Za-z0-9_-]++")
_BASIC = regex(r'"(?:[^"\\\n]|\\.)*+"')
_LITERAL = regex(r"'[^'\n]*+'")
_LONG_BASIC = regex(r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}')
_LONG_LITERAL = regex(r"'''(?:[^']|'{1,2}(?!'))*+'{3,5}")
_SCALAR = regex(r"[^,\]}#\r\n]++")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is written, and where its value is; the same range for what has no key (an item of an array)."""

    key: Range
    value: Range


class TooDeep(ValueError):
    """A text that no person wrote: `tomllib` would need quadratic time or the whole stack for it."""


def places(text: str) -> Mapping[Path, Place]:
    """The places of every table, key and array item of a TOML text, in time linear in its length.

    Arrays of tables and arrays give their items by number. A table that is written in several pieces has the place of
    its first. Raises ValueError for some texts that are not TOML (the others get places that mean nothing), TooDeep
    for one that should not be given to `tomllib` either.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, Place] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        prefix: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.pair(prefix)
            self.blank()

    def header(self) -> Path:
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        path: Path = ()
        for name, where in self.dotted("]"):
            path = (*self.last(path), name)
            self.found.setdefault(path, Place(where, where))
        self.at += 2 if several else 1
        return self.item(path, where) if several else path

    def last(self, path: Path) -> Path:
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def item(self, path: Path, where: Range) -> Path:
        number = self.counts.get(path, 0)
        self.counts[path] = number + 1
        self.found[*path, number] = Place(where, where)
        return (*path, number)

    def dotted(self, end: str) -> list[tuple[str, Range]]:
        keys = list(self.keys(end))
        if not keys or len(keys) > MAX_DEPTH:
            raise (TooDeep("a key has too many parts") if keys else ValueError("a key is missing"))
        return keys

    def keys(self, end: str) -> Iterator[tuple[str, Range]]:
        self.blank()
        while self.at < len(self.text) and self.text[self.at] != end:
            if self.text[self.at] == ".":
                self.at += 1
            else:
                yield self.key()
            self.blank()

    def key(self) -> tuple[str, Range]:
        mark = self.text[self.at]
        start, end = self.take(_BASIC if mark == '"' else _LITERAL if mark == "'" else _BARE)
        raw = self.text[start:end]
        return (_unquoted(raw) if mark in "\"'" else raw), (start, end)

    def pair(self, prefix: Path) -> None:
        path = prefix
        for name, where in self.dotted("="):
            path = (*path, name)
            self.found.setdefault(path, Place(where, where))
        self.at += 1
        self.blank()
        self.found[path] = Place(where, self.value(path))

    def value(self, path: Path) -> Range:
        if len(path) > 2 * MAX_DEPTH:
            raise TooDeep("values are nested too deeply")
        mark = self.text[self.at : self.at + 1]
        if mark == "[":
            return self.array(path)
        if mark == "{":
            return self.inline(path)
        if mark in ('"', "'"):
            return self.take(self.quoted(mark))
        start, end = self.take(_SCALAR)
        return start, start + len(self.text[start:end].rstrip())

    def quoted(self, mark: str) -> re.Pattern[str]:
        if self.text.startswith(mark * 3, self.at):
            return _LONG_BASIC if mark == '"' else _LONG_LITERAL
        return _BASIC if mark == '"' else _LITERAL

    def array(self, path: Path) -> Range:
        start = self.at
        for number, _ in enumerate(self.members("]")):
            where = self.value((*path, number))
            self.found[*path, number] = Place(where, where)
        return start, self.at

    def inline(self, path: Path) -> Range:
        start = self.at
        for _ in self.members("}"):
            self.pair(path)
        return start, self.at

    def members(self, end: str) -> Iterator[None]:
        self.at += 1
        self.blank()
        while self.peek() != end:
            if self.peek() == ",":
                self.at += 1
            else:
                yield
            self.blank()
        self.at += 1

    def peek(self) -> str:
        if self.at >= len(self.text):
            raise ValueError("the text ends inside a value")
        return self.text[self.at]

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> Range:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"no TOML at offset {self.at}")
        self.at = match.end()
        return match.span()


def _unquoted(raw: str) -> str:
    if raw[0] == "'" or "\\" not in raw:
        return raw[1:-1]
    import tomllib

    return str(tomllib.loads(f"k={raw}")["k"])
