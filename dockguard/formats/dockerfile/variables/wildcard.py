"""The patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`, matched without backtracking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_STAR, _ANY = "*", "?"
_MAX = 4_000  # characters of a value times those of a pattern that are tried

Token = tuple[str, bool]  # a character, and whether it is a wildcard


class BadSubstitution(Exception):
    """BuildKit refuses the word."""


def tokens(pattern: str) -> list[Token]:
    """A pattern's characters; raises BadSubstitution for an escape that BuildKit refuses."""
    out, at = [], 0
    while at < len(pattern):
        char, wild = pattern[at], pattern[at] in "*?"
        if char == "\\":
            at += 1
            char = pattern[at] if at < len(pattern) else ""
            if char not in ("*", "?", "\\", "}", "/"):
                raise BadSubstitution(f"invalid pattern ({pattern}) in substitution: invalid escape '\\{char}'")
        out.append((char, wild))
        at += 1
    return out


def ends(parts: Sequence[Token], value: Sequence[str], start: int = 0) -> Iterator[int]:
    """Where a match that begins at `start` can end, in order: a set of states as the bits of a number."""
    final, states = 1 << len(parts), _closed(parts, 1)
    for at in range(start, len(value)):
        if states & final:
            yield at
        states = _closed(parts, _moved(parts, states, value[at]))
        if not states:
            return
    if states & final:
        yield len(value)


def _moved(parts: Sequence[Token], states: int, char: str) -> int:
    after = 0
    for index, (own, wild) in enumerate(parts):
        if states >> index & 1:
            if wild and own == _STAR:
                after |= 1 << index
            elif own == char or wild:
                after |= 2 << index
    return after


def _closed(parts: Sequence[Token], states: int) -> int:
    for index, part in enumerate(parts):
        if part == (_STAR, True) and states >> index & 1:
            states |= 2 << index
    return states


def trim(value: str, word: str, operator: str) -> str:
    """`${v#word}` for the operator `#`, `${v%word}` for `%`; a doubled operator takes the longest match."""
    greedy = word.startswith(operator)
    parts = tokens(word[1:] if greedy else word)
    _bounded(value, parts)
    text = value if operator == "#" else value[::-1]
    found = list(ends(parts if operator == "#" else parts[::-1], text))
    rest = text[(found[-1] if greedy else found[0]) :] if found else text
    return rest if operator == "#" else rest[::-1]


def replace(value: str, pattern: str, text: str, *, every: bool) -> str:
    """`${v/pattern/text}`, or `${v//pattern/text}`: the longest match at the leftmost place."""
    parts = tokens(pattern)
    if parts and not any(wild for _, wild in parts):
        return value.replace("".join(char for char, _ in parts), text, -1 if every else 1)
    _bounded(value * max(1, len(value) // 16), parts)
    out, at = [], 0
    while at <= len(value):
        end = max(ends(parts, value, at), default=-1)
        if end >= 0:
            out.append(text)
            if not every:
                return "".join([*out, value[end:]])
        if end <= at:
            out.append(value[at : at + 1])
        at = max(end, at + 1)
    return "".join(out)


def _bounded(value: str, parts: Sequence[Token]) -> None:
    if len(value) * max(1, len(parts)) > _MAX:
        raise BadSubstitution("the value is too long for a pattern")
