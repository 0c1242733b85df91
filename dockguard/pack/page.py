"""The form of a rule page: front matter, headings, fences; no meaning yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass

_FENCE = regex(r"^(?P<ticks>`{3,})(?P<lang>[\w-]+) (?P<path>[^\n`]+)\n(?P<text>.*?)^(?P=ticks)$", re.M | re.S)
_HEADING = regex(r"^##+ (?P<title>.+)$", re.M)
_NUMBER = regex(r"-?\d+(\.\d+)?$")
FINDINGS = "findings"  # the fence `text findings` lists what carets cannot


class BadRule(ValueError):
    """A page that cannot be used: `path:line: why`."""


@dataclass(frozen=True, slots=True)
class Fence:
    """One code block that is a file; `start` is the offset of its text in the page."""

    path: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Example:
    """The files under one heading of a page: `Bad…`, `Good…` or `Fixed…`."""

    title: str
    fences: tuple[Fence, ...]

    @property
    def role(self) -> str:
        """`bad`, `good`, `fixed`, or "" for a heading that is prose."""
        first = self.title.split(":")[0].split()[0].lower()
        return first if first in ("bad", "good", "fixed") else ""

    @property
    def files(self) -> dict[str, str]:
        """Path to text, without the list of findings."""
        return {fence.path: fence.text for fence in self.fences if fence.path != FINDINGS}


@dataclass(frozen=True)
class Page:
    """One page, read but not understood. `path` is for people, `text` the whole file, `folder` where it lies."""

    path: str
    text: str
    raw: Mapping[str, str]  # the front matter as it is written
    meta: Mapping[str, Any]  # its values
    body: str
    folder: str = ""

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """Key to the line it stands on."""
        head = self.text[: len(self.text) - len(self.body)]
        return {line.partition(": ")[0]: number for number, line in enumerate(head.split("\n"), 1) if ": " in line}

    def fault(self, key: str, why: str) -> BadRule:
        """An error that points to a key's line."""
        return BadRule(f"{self.path}:{self.lines.get(key, 1)}: {why}")

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The fences that are files, grouped by the heading above them."""
        heads = [*_HEADING.finditer(self.text)]
        ends = [head.start() for head in heads[1:]] + [len(self.text)]
        found = [
            Example(head["title"].strip(), tuple(_fences(self.text, head.end(), end)))
            for head, end in zip(heads, ends, strict=False)  # a text may have no heading
        ]
        return tuple(example for example in found if example.fences and example.role)


class _Meta(Mapping[str, Any]):
    """Front matter whose values are understood when they are asked for: a run asks for half of them."""

    def __init__(self, path: str, raw: dict[str, str]) -> None:
        self._path, self._raw = path, raw
        self._known: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._known:
            self._known[key] = self._understood(key)
        return self._known[key]

    def _understood(self, key: str) -> Any:
        value = self._raw[key]
        try:
            return _scalar(value)
        except ValueError as error:
            number = [*self._raw].index(key) + 2
            raise BadRule(f"{self._path}:{number}: `{key}`: {error}") from None

    def __contains__(self, key: object) -> bool:
        return key in self._raw

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def read(path: str, text: str, folder: str = "") -> Page:
    """A page from its text; raises BadRule."""
    page = skimmed(path, text, folder)
    for _ in page.meta.values():
        pass
    return page


def skimmed(path: str, text: str, folder: str = "") -> Page:
    """A page whose values raise BadRule only when they are asked for."""
    if not text.startswith("---\n"):
        raise BadRule(f"{path}:1: a page begins with a line `---`, its front matter and another `---`")
    end = text.find("\n---\n", 3)
    if end < 0:
        raise BadRule(f"{path}:1: the front matter is never closed by a line `---`")
    raw: dict[str, str] = {}
    for line in text[4:end].split("\n"):
        key, _, value = line.partition(": ")
        value = value.strip()
        if not value or not key or key != key.strip() or key in raw:
            why = f"`{key}` is given twice" if key in raw else f"not `key: value`: {line.strip()!r}"
            raise BadRule(f"{path}:{len(raw) + 2}: {why}")
        raw[key] = value
    return Page(path, text, raw, _Meta(path, raw), text[end + 5 :], folder)


def _fences(text: str, start: int, end: int) -> Iterator[Fence]:
    for match in _FENCE.finditer(text, start, end):
        path = match["path"].strip()
        yield Fence(path, match["text"], match.start("text"))


def _scalar(value: str) -> Any:
    """A subset of YAML, so that GitHub and editors read what we read."""
    if value[0] == '"':
        if '"' not in value[1:-1] and "\\" not in value and len(value) > 1 and value[-1] == '"':
            return value[1:-1]
        import json

        return json.loads(value)
    if value.isalpha() and value not in ("true", "false"):
        return value
    if value[0] == "[":
        if value[-1] != "]":
            raise ValueError("a list stands on one line, `[a, b]`")
        return [_scalar(item) for item in _items(value[1:-1])]
    if ": " in value or " #" in value or value[0] in "'{&*!|>%@`":
        raise ValueError("put it in double quotes")
    if value in ("true", "false"):
        return value == "true"
    return (float(value) if "." in value else int(value)) if _NUMBER.match(value) else value


def _items(text: str) -> Iterator[str]:
    """The items of a list, commas inside double quotes kept."""
    if '"' not in text:
        items = text.split(",")
        yield from map(str.strip, items if items[-1].strip() else items[:-1])
        return
    item, quoted = "", False
    for char in text:
        quoted ^= char == '"' and not item.endswith("\\")
        if char == "," and not quoted:
            yield item.strip()
            item = ""
        else:
            item += char
    if item.strip():
        yield item.strip()
