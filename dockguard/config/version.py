"""Version comparisons as PEP 440 has them, for `required-version`: releases, `rc` and `dev`, and ranges of them."""

from __future__ import annotations

import re

from dockguard.lazy import regex

_VERSION = regex(
    r"v?(\d{1,9}(?:\.\d{1,9}){0,5})(?:[.-]?(a|b|rc)(\d{1,9}))?(?:\.post(\d{1,9}))?(?:\.dev(\d{1,9}))?", re.ASCII
)
_CLAUSE = regex(r"(==|!=|<=|>=|~=|<|>)[ \t]*([^\s,]{1,100}?)(\.\*)?")
_LAST = 10**9

Key = tuple[tuple[int, ...], tuple[str, int], int, int]


def parse(text: str) -> Key:
    """What orders versions. Raises ValueError for what is none."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` is not a version")
    release = _release(match[1])
    stage, number, post, dev = match[2], match[3], match[4], match[5]
    # PEP 440: 1.0.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0.post1.
    early = ("", 0) if dev and not stage and not post else (stage, int(number)) if stage else ("~", 0)
    return release, early, int(post) if post else -1, int(dev) if dev else _LAST


def _release(text: str) -> tuple[int, ...]:
    parts = [int(part) for part in text.split(".")]
    while len(parts) > 1 and parts[-1] == 0:  # 1.0 is 1
        parts.pop()
    return tuple(parts)


def satisfies(version: str, wanted: str) -> bool:
    """Whether a version meets every clause of a range such as `>=1.2,<2`. Raises ValueError for a bad range."""
    return min(
        [_holds(version, clause.strip()) for clause in wanted.split(",")]  # all of them: the last may be malformed
    )


def _holds(version: str, clause: str) -> bool:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise ValueError(f"`{clause}` is not a version range")
    operator, bound, star = match[1], match[2], match[3]
    if star:
        return _starred(version, operator, bound)
    if operator == "~=":
        return _compatible(version, bound)
    return _compare(parse(version), operator, parse(bound))


def _compare(mine: Key, operator: str, other: Key) -> bool:
    match operator:
        case "==":
            return mine == other
        case "!=":
            return mine != other
        case "<=":
            return mine <= other
        case ">=":
            return mine >= other
        case "<":
            return mine < other and not (mine[0] == other[0] and other[1] == ("~", 0))  # 2.0rc1 is not < 2
    return mine > other


def _starred(version: str, operator: str, prefix: str) -> bool:
    if operator not in ("==", "!="):
        raise ValueError(f"`{operator}{prefix}.*`: `.*` goes with == and != only")
    return _begins(version, prefix) == (operator == "==")


def _begins(version: str, prefix: str) -> bool:
    wanted = _numbers(prefix)
    mine = _numbers(version)
    return (*mine, *(0,) * len(wanted))[: len(wanted)] == wanted


def _numbers(text: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` is not a version")
    return tuple(int(part) for part in match[1].split("."))


def _compatible(version: str, bound: str) -> bool:
    numbers = _numbers(bound)
    if len(numbers) < 2:
        raise ValueError(f"`~={bound}` needs two numbers at least")
    return parse(version) >= parse(bound) and _begins(version, ".".join(map(str, numbers[:-1])))
