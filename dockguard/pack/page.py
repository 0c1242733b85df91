"""The form of a rule page: front matter, headings, fences; no meaning yet."""

from __future__ import annotations

import json
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
    meta: Mapping[str, Any]
    lines: Mapping[str, int]  # key to the line it stands on
    body: str
    folder: str = ""

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


def read(path: str, text: str, folder: str = "") -> Page:
    """A page from its text; raises BadRule."""
    if not text.startswith("---\n"):
        raise BadRule(f"{path}:1: a page begins with a line `---`, its front matter and another `---`")
    end = text.find("\n---\n", 3)
    if end < 0:
        raise BadRule(f"{path}:1: the front matter is never closed by a line `---`")
    meta: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text[4:end].split("\n"), 2):
        key, value = _pair(path, number, line)
        if key in meta:
            raise BadRule(f"{path}:{number}: `{key}` is given twice")
        meta[key], lines[key] = value, number
    return Page(path, text, meta, lines, text[end + 5 :], folder)


def _fences(text: str, start: int, end: int) -> Iterator[Fence]:
    for match in _FENCE.finditer(text, start, end):
        path = match["path"].strip()
        yield Fence(path, match["text"], match.start("text"))


def _pair(path: str, number: int, line: str) -> tuple[str, Any]:
    """One `key: value`: a subset of YAML, so that GitHub and editors read what we read."""
    key, colon, value = line.partition(": ")
    value = value.strip()
    if not colon or not key or key != key.strip() or not value:
        raise BadRule(f"{path}:{number}: not `key: value`: {line.strip()!r}")
    try:
        return key, _scalar(value)
    except ValueError as error:
        raise BadRule(f"{path}:{number}: `{key}`: {error}") from None


def _scalar(value: str) -> Any:
    if value[0] == '"':
        return json.loads(value)
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
