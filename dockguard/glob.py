"""Globs over workspace paths and over words, matched in time that no pattern can blow up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache

from dockguard.record import dataclass

_ANY = "**"


def is_glob(text: str) -> bool:
    """Whether a text has wildcards."""
    return any(mark in text for mark in "*?[")


@lru_cache(maxsize=1024)
def word_glob(pattern: str) -> re.Pattern[str]:
    """A pattern over a word as fnmatch has it: `*` matches anything, `/` included. To be used with `match`."""
    # fnmatch writes atomic groups for runs of stars, so no pattern backtracks without end.
    return re.compile(translate(pattern))


@dataclass(frozen=True, slots=True)
class PathGlob:
    """A pattern over workspace paths, relative to the folder of the file that holds it.

    `*` stays inside a path's segment, `**` is any number of segments. Without a `/` inside it is a name at any depth.
    What matches a folder matches everything below it.
    """

    pattern: str
    folder: str = ""

    def matches(self, path: str) -> bool:
        """Whether a workspace path is meant."""
        inner = self._inside(path)
        return inner is not None and _match(inner.split("/"), (*_segments(self.pattern), _ANY))

    def _inside(self, path: str) -> str | None:
        if not self.folder:
            return path
        prefix = f"{self.folder}/"
        return path[len(prefix) :] if path.startswith(prefix) else None


def glob_problem(pattern: str) -> str:
    """What is wrong with a path pattern, "" when nothing is."""
    if not pattern.strip("/"):
        return "a glob must not be empty"
    if pattern.startswith("!"):
        return "globs are not negated here"
    if "\0" in pattern or "\\" in pattern:
        return "a glob is written with `/`, without backslashes"
    if ".." in pattern.split("/"):
        return "a glob must not leave the folder of its file"
    return ""


@lru_cache(maxsize=1024)
def _segments(pattern: str) -> tuple[str, ...]:
    body = pattern.removeprefix("./")
    parts = tuple(part for part in body.split("/") if part)
    return (_ANY, *parts) if "/" not in body.rstrip("/") else parts


def _match(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    # The classic two-pointer walk: only the last `**` ever needs to be tried again.
    at, want, star, resume = 0, 0, -1, 0
    while at < len(parts):
        if want < len(pattern) and pattern[want] == _ANY:
            star, resume, want = want, at, want + 1
        elif want < len(pattern) and word_glob(pattern[want]).match(parts[at]):
            at, want = at + 1, want + 1
        elif star >= 0:
            resume += 1
            at, want = resume, star + 1
        else:
            return False
    return all(part == _ANY for part in pattern[want:])
