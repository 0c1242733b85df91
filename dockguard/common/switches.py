"""Settings of programs that switch authentication off, or an administration interface or a debugger on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from dockguard.common.servers import started
from dockguard.common.tables import load
from dockguard.record import dataclass

KINDS = ("no-auth", "admin", "monitoring", "debugger", "development")
MAX_COMMAND = 20_000


@dataclass(frozen=True, slots=True)
class Setting:
    """A dangerous setting: its name, what it does (one of KINDS), and whose it is.

    `index` is the word of a command that it begins at; `server` is whether it is a program that is made for developers.
    """

    name: str
    kind: str
    product: str
    index: int = 0
    server: bool = False


def of_variable(name: str, value: str) -> Setting | None:
    """What a variable of the environment switches; None for nothing of concern, and for values nobody knows."""
    row = _variables().get(name)
    if row is not None and _matches(value, row["values"]):
        return Setting(name, row["kind"], row["product"])
    product = _debugger(value) if "-" in value else ""
    return Setting(name, "debugger", product) if product else None


def of_command(words: Sequence[str], near: str = "") -> Iterator[Setting]:
    """What the options of a command switch; `near` is the image, for options that mean this in one program only."""
    lowered = " ".join((near, *words))[:MAX_COMMAND].lower()
    for index, word in enumerate(words[:500]):
        name, equals, value = word.partition("=")
        row = _options().get(name)
        following = words[index + 1] if index + 1 < len(words) else ""
        given = value if equals else "" if following.startswith("-") else following
        if row is not None and row.get("near", "") in lowered and _option_matches(given, bool(equals), row["values"]):
            yield Setting(name, row["kind"], row["product"], index)
    product = _debugger(" ".join(words)[:MAX_COMMAND])
    if product:
        at = next((index for index, word in enumerate(words) if _debugger(word)), 0)
        yield Setting(words[at], "debugger", product, at)
    for found in started(words):
        yield Setting(found.name, "development", found.product, found.index, True)


def _option_matches(given: str, joined: bool, values: Sequence[str]) -> bool:
    """A bare option counts whatever follows it; one that takes a value counts with that value."""
    return _matches(given, values) or ("" in values and not joined)


def _matches(value: str, values: Sequence[str]) -> bool:
    text = value.strip().lower()
    return text in values or ("*" in values and bool(text))


def _debugger(text: str) -> str:
    for row in load("switches")["debuggers"]:
        if row["word"] in text and _compiled(row["regex"]).search(text):
            return str(row["product"])
    return ""


_compiled = cache(re.compile)


@cache
def _variables() -> dict[str, Any]:
    return {row["name"]: row for row in load("switches")["variables"]}


@cache
def _options() -> dict[str, Any]:
    return {row["name"]: row for row in load("switches")["options"]}
