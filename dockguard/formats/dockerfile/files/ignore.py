"""`.dockerignore`: which files of a build context are sent, by the rules of moby's patternmatcher."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import normpath

from dockguard.record import dataclass
from dockguard.source import Source, Span

_MAX_STARS = 3  # more of them, and the pattern is matched by sets of states instead of a regular expression
_MAX_PATH = 4096

Token = tuple[str, str]  # kind (`char`, `any`, `star`, `deep`, `class`), and its text


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: `exclusion` is `!`, which lets a file in again."""

    text: str
    exclusion: bool
    span: Span
    match: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Ignore:
    """An ignore file."""

    source: Source
    patterns: tuple[Pattern, ...]

    def ignores(self, path: str) -> Pattern | None:
        """The pattern that keeps a file (or a folder above it) out of the context, None when it is sent.

        `path` is relative to the context, `/`-separated.
        """
        parts = path.split("/")
        places = [path, *("/".join(parts[: end + 1]) for end in range(len(parts) - 1))]
        deciding: Pattern | None = None
        for pattern in self.patterns:
            if pattern.exclusion == (deciding is not None) and any(pattern.match(place) for place in places):
                deciding = None if pattern.exclusion else pattern
        return deciding


def parse(source: Source) -> Ignore:
    """The patterns of an ignore file; lines that moby refuses are left out."""
    patterns = []
    for number in range(1, len(source.line_starts) + 1):
        line = source.line_span(number)
        text = line.text.strip()
        if not text or line.text.startswith("#"):
            continue
        exclusion = text.startswith("!")
        text = text[1:].strip() if exclusion else text
        if text:
            text = normpath(text.replace("\\\\", "\\"))
            text = text[1:] if len(text) > 1 and text.startswith("/") else text
            patterns.append(Pattern(text, exclusion, line, matcher(text)))
    return Ignore(source, tuple(patterns))


def matcher(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a path matches a pattern as a whole."""
    if len(pattern) > _MAX_PATH:
        return lambda path: False  # nothing has so long a name
    parts = tokens(pattern)
    if not any(kind != "char" for kind, _ in parts):
        literal = "".join(text for _, text in parts)
        return lambda path: path == literal
    if sum(kind in ("star", "deep", "tree") for kind, _ in parts) > _MAX_STARS:
        return lambda path: _simulate(parts, path[:_MAX_PATH])
    try:
        whole = re.compile("".join(_REGEX[kind](text) for kind, text in parts), re.DOTALL)
    except re.error:
        return lambda path: False
    return lambda path: whole.fullmatch(path[:_MAX_PATH]) is not None


def tokens(pattern: str) -> list[Token]:
    """A pattern's pieces: `**/` is any number of folders (`tree`), `**` anything (`deep`), `*` stays in one folder."""
    out: list[Token] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            end = at + 1
            while pattern.startswith("*", end):
                end += 1
            deep = end - at > 1
            tree = deep and pattern.startswith("/", end)
            kind = "tree" if tree else "deep" if deep else "star"
            if kind != "tree" or out[-1:] != [("tree", "")]:  # `**/**/` is `**/`
                out.append((kind, ""))
            at = end + tree
        elif char == "[" and pattern.find("]", at + 2) > 0:
            end = pattern.find("]", at + 2)
            out.append(("class", pattern[at + 1 : end]))
            at = end + 1
        elif char == "\\" and at + 1 < len(pattern):
            out.append(("char", pattern[at + 1]))
            at += 2
        else:
            out.append(("any", "") if char == "?" else ("char", char))
            at += 1
    return out


def _class(text: str) -> str:
    body = text[1:] if text.startswith("^") else text
    return f"[{'^' if text.startswith('^') else ''}{body.replace('[', chr(92) + '[')}]"


_REGEX: dict[str, Callable[[str], str]] = {
    "char": re.escape,
    "any": lambda text: "[^/]",
    "star": lambda text: "[^/]*",
    "deep": lambda text: ".*",
    "tree": lambda text: "(?:.*/)?",
    "class": _class,
}


def _simulate(parts: list[Token], path: str) -> bool:
    """The same without backtracking: the states that a prefix of the path can reach, as bits."""
    states = _skip(parts, 1, 1)
    for index, char in enumerate(path):
        after = arrived = 0
        for number, (kind, text) in enumerate(parts):
            if states >> number & 1:
                moves = _moves(kind, text, char) << number
                after, arrived = after | moves, arrived | (moves & 2 << number)
        states = _skip(parts, after, arrived)
        if not states and index < len(path):
            return False
    return bool(states >> len(parts) & 1)


def _moves(kind: str, text: str, char: str) -> int:
    """Bits: 1 stays at this token, 2 goes on to the next."""
    if kind == "tree":
        return 3 if char == "/" else 1
    if kind == "deep":
        return 1
    if kind == "star":
        return 1 if char != "/" else 0
    if kind == "any":
        return 2 if char != "/" else 0
    if kind == "char":
        return 2 if char == text else 0
    return 2 if re.fullmatch(_class(text), char) else 0


def _skip(parts: list[Token], states: int, arrived: int) -> int:
    """Tokens that may match nothing; `**/` that has matched something ends with a slash."""
    for number, (kind, _) in enumerate(parts):
        empty = kind in ("deep", "star") or (kind == "tree" and arrived >> number & 1)
        if states >> number & 1 and empty:
            states, arrived = states | 2 << number, arrived | 2 << number
    return states
