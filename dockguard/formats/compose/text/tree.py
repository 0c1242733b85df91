"""Values of a Compose model: plain data in which every node knows where it was written and what it passed through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.source import Origin, Source, Span, Via

Path = tuple[str, ...]

# An unset variable is kept inside its string between two code points that no decoded text can hold, so that merging
# and the short syntaxes go on around it: `${DATA}/db:/var/lib` still has a target.
OPEN, CLOSE = "\udcfe", "\udcff"


class Value:
    """A scalar, a list of values, or a mapping of values, with its place. Values are never changed once built.

    `key` is the place of its key where it is an entry of a mapping. `direct` says that it is written where it
    counts: not through an alias, a merge key or a variable, so that its text may be edited.
    """

    __slots__ = ("data", "direct", "key", "span", "via")

    def __init__(
        self, data: Any, span: Span, key: Span | None = None, via: Via | None = None, direct: bool = True
    ) -> None:
        self.data = data
        self.span = span
        self.key = key
        self.via = via
        self.direct = direct

    def __repr__(self) -> str:
        return f"Value({self.plain()!r})"

    def with_data(self, data: Any) -> Value:
        """The same place and history, other data."""
        return Value(data, self.span, self.key, self.via, self.direct)

    def under(self, key: Span | None) -> Value:
        """The same value as the entry of another key."""
        return Value(self.data, self.span, key, self.via, self.direct)

    def step(self, span: Span, how: str, direct: bool = True) -> Value:
        """The same value after it passed through another place."""
        return Value(self.data, self.span, self.key, Via(span, how, self.via), self.direct and direct)

    @property
    def is_map(self) -> bool:
        """Whether it is a mapping."""
        return type(self.data) is dict

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return type(self.data) is list

    @property
    def map(self) -> dict[str, Value]:
        """Its entries; empty when it is no mapping."""
        return self.data if type(self.data) is dict else {}

    @property
    def list(self) -> list[Value]:
        """Its items; empty when it is no list."""
        return self.data if type(self.data) is list else []

    @property
    def text(self) -> str:
        """A string's text; "" when it is none."""
        return self.data if isinstance(self.data, str) else ""

    def get(self, *path: str) -> Value | None:
        """What lies below, key by key."""
        value: Value | None = self
        for name in path:
            value = value.map.get(name) if value is not None else None
        return value

    def plain(self) -> Any:
        """The data alone."""
        if type(self.data) is dict:
            return {name: value.plain() for name, value in self.data.items()}
        if type(self.data) is list:
            return [value.plain() for value in self.data]
        return self.data

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Value]]:
        """Every value with its path, itself first."""
        yield path, self
        if type(self.data) is dict:
            for name, value in self.data.items():
                yield from value.walk((*path, name))
        elif type(self.data) is list:
            for index, value in enumerate(self.data):
                yield from value.walk((*path, str(index)))

    @property
    def place(self) -> Span:
        """Where people look for it: key and value when they stand together, else the one that is written."""
        if self.key is None:
            return self.span
        if type(self.data) in (dict, list) or self.key.source is not self.span.source:
            return self.key
        if self.span.start < self.key.end:  # the value stands elsewhere: an alias's anchor above
            return self.key
        return Span(self.key.source, self.key.start, self.span.end)


def made(data: Any, like: Value) -> Value:
    """A value that nobody wrote as it is: a default, or a part of a short syntax. Its place is what it came from."""
    return Value(data, like.span, None, like.via, direct=False)


def wrap(data: Any, like: Value) -> Value:
    """Plain data as values that all have the place of `like`."""
    if isinstance(data, dict):
        return made({name: wrap(item, like) for name, item in data.items()}, like)
    if isinstance(data, list):
        return made([wrap(item, like) for item in data], like)
    return data if isinstance(data, Value) else made(data, like)


def part(value: Value, start: int, end: int) -> Span:
    """The place of a part of a string, where the string is written verbatim; else the whole."""
    span, text = value.span, value.span.text
    if text == value.data:
        return Span(span.source, span.start + start, span.start + end)
    if len(text) == len(value.text) + 2 and text[0] in "'\"" and text[1:-1] == value.data:
        return Span(span.source, span.start + 1 + start, span.start + 1 + end)
    return span


def embedded(value: Value, name: str) -> Source:
    """A text that is written in a Compose file, with the places of its lines there."""
    host, text = value.span, value.text
    body, start = host.text, host.start
    pieces, inner, outer = [], 0, 0
    for line in text.splitlines(keepends=True):
        found = body.find(line.rstrip("\n"), outer)
        if found >= 0 and line.strip():
            pieces.append((inner, start + found, len(line.rstrip("\n"))))
            outer = found + len(line.rstrip("\n"))
        inner += len(line)
    return Source(name, text, origin=Origin(host, tuple(pieces)))


def empty(source: Source) -> Value:
    """An empty mapping at the beginning of a text."""
    return Value({}, source.whole)


def is_unknown(data: Any) -> bool:
    """Whether a string holds an unset variable."""
    return isinstance(data, str) and OPEN in data


def unknown_names(text: str) -> list[str]:
    """The unset variables in a string."""
    return [part.partition(CLOSE)[0] for part in text.split(OPEN)[1:]]


def shown(text: str) -> str:
    """A string with its unset variables as people write them."""
    return text.replace(OPEN, "${").replace(CLOSE, "}")


def brief(value: Value) -> str:
    """A value as it is written in one line; the long form of a port or a mount as people write the short one."""
    first, more, _ = value.span.text.partition("\n")
    long = more or first.startswith("{")
    parts = (value.map.get(name) for name in ("host_ip", "published", "source", "target")) if long else ()
    words = [shown(str(part.data)) for part in parts if part is not None and isinstance(part.data, (str, int))]
    return ":".join(words) or first


class Table:
    """Path patterns (`services.*.ports`) as a tree, so that a walk can carry the branch it is in."""

    __slots__ = ("entry", "names", "star")

    def __init__(self) -> None:
        self.names: dict[str, Table] = {}
        self.star: Table | None = None
        self.entry: Any = None

    @classmethod
    def of(cls, patterns: dict[str, Any]) -> Table:
        """The tree of a flat table."""
        root = cls()
        for pattern, entry in patterns.items():
            branch = root
            for part in pattern.split("."):
                branch = branch._grow(part)
            branch.entry = entry
        return root

    def _grow(self, part: str) -> Table:
        if part == "*":
            self.star = self.star or Table()
            return self.star
        return self.names.setdefault(part, Table())

    def down(self, name: str) -> Table | None:
        """The branch of a key or item; None when no pattern goes there."""
        return self.names.get(name) or self.star
