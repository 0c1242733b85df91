"""Switches that turn verification off: of certificates, signatures and host keys, by flag, setting or variable.

The facts are in data/tls.json, with their sources and date; files that hold such settings are read by `tls_files`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from dockguard.common import tables
from dockguard.common.hosts import is_loopback
from dockguard.common.packages import grammar_of, program_of
from dockguard.common.shell_command import Command
from dockguard.common.shell_options import CommandLine, Grammar, parse
from dockguard.common.shell_words import Word
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span, Unknown

__all__ = ["Weakness", "in_command", "in_environment", "in_variable"]

_NO = frozenset(("false", "no", "0", "off"))
_URL_HOST = regex(r"(?:[a-z][a-z0-9+.-]*://)(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)", re.I)
_GIT_KEY = regex(r"GIT_CONFIG_KEY_(\d{1,4})\Z")
_WHAT = {
    "certificate": "accepts any certificate",
    "signature": "accepts what is not signed",
    "host-key": "accepts any host key",
    "protocol": "allows a broken version of TLS",
    "freshness": "accepts an index that is out of date",
    "revocation": "accepts revoked certificates",
}
_MAX_JOINED = 4000


@dataclass(frozen=True, slots=True)
class Weakness:
    """One switch that weakens a check."""

    tool: str  # curl, pip, NODE's variable: Node.js
    topic: str  # curl wget python node git apt apk rpm pacman ssh powershell other
    kind: str  # certificate signature host-key protocol freshness revocation
    switch: str  # as written: `-k`, `--trusted-host pypi.org`, `NODE_TLS_REJECT_UNAUTHORIZED=0`
    span: Span
    loopback: bool = False  # all that the command talks to is the container itself

    @property
    def what(self) -> str:
        """What the tool does then, to be read after its name: "accepts any certificate"."""
        return _WHAT[self.kind]


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    topic: str
    grammar: Grammar
    options: Mapping[str, str]  # option -> kind
    valued: Mapping[str, tuple[tuple[re.Pattern[str], str, bool], ...]]  # option -> value, kind, is a host
    commands: tuple[tuple[re.Pattern[str], str], ...]
    settings: tuple[tuple[re.Pattern[str], str], ...]
    setting: frozenset[str]
    harmless: frozenset[str]  # verbs that only look at local files


@cache
def _names() -> dict[str, str]:
    """The row of the table for each program."""
    return {name: key for key, row in tables.load("tls")["tools"].items() for name in row["names"]}


@cache
def _tool(key: str) -> _Tool:
    row: dict[str, Any] = tables.load("tls")["tools"][key]
    if "like_manager" in row:
        grammar = grammar_of(row["like_manager"])
    else:
        takes = {entry["option"] for entry in row.get("valued", ()) if entry["option"].startswith("--")}
        long = frozenset(row.get("long", ())) | takes
        grammar = Grammar(row.get("short", ""), long, row.get("single", False))
    valued: dict[str, tuple[tuple[re.Pattern[str], str, bool], ...]] = {}
    for entry in row.get("valued", ()):
        judged = (_pattern(entry["value"]), entry["kind"], entry.get("host", False))
        valued[entry["option"]] = (*valued.get(entry["option"], ()), judged)
    options = {option: kind for kind, listed in row.get("options", {}).items() for option in listed}
    commands = tuple(
        (_pattern(entry["pattern"], entry.get("case")), entry["kind"]) for entry in row.get("commands", ())
    )
    settings = tuple((_pattern(entry["pattern"]), entry["kind"]) for entry in row.get("settings", ()))
    sets = frozenset(row.get("setting", ())), frozenset(row.get("harmless", ()))
    return _Tool(key, row["topic"], grammar, options, valued, commands, settings, *sets)


def _pattern(text: str, case: bool | None = None) -> re.Pattern[str]:
    return regex(text, re.NOFLAG if case else re.I)


def in_command(command: Command) -> Iterator[Weakness]:
    """What one command switches off: by its flags, by what it configures, by the variables it sets."""
    name, args = program_of(command)
    key = _names().get(name)
    if key is not None:
        yield from _in_tool(_tool(key), command, args)
    yield from in_environment((made.name, made.value, made.span) for made in command.sets)


def _in_tool(tool: _Tool, command: Command, args: tuple[Word, ...]) -> Iterator[Weakness]:
    line = parse(args, tool.grammar)
    if line.operands and line.operands[0].text in tool.harmless:
        return
    found = [*_by_option(tool, line), *_by_setting(tool, line), *_by_words(tool, command, args)]
    local = bool(found) and _talks_to_itself(line)
    name = command.name if command.dialect == "sh" else tool.name
    for kind, switch, span in found:
        yield Weakness(name or tool.name, tool.topic, kind, switch, span, local)


def _by_option(tool: _Tool, line: CommandLine) -> Iterator[tuple[str, str, Span]]:
    for option in line.options:
        name = option.name.lower() if tool.topic == "powershell" else option.name
        value = option.value.text if option.value is not None and option.value.literal else None
        kind = tool.options.get(name)
        own = (
            option.value is not None and option.value.start >= option.word.start and option.value.end <= option.word.end
        )
        if kind and not (own and value is not None and value.lower() in _NO):
            yield kind, option.name, option.word.span
        for pattern, valued_kind, host in tool.valued.get(name, ()):
            if value is None or option.value is None or not pattern.fullmatch(value.strip()):
                continue
            if not (host and _is_local(value)):
                yield (
                    valued_kind,
                    f"{option.name} {value}",
                    option.word.span if own else _from(option.word, option.value),
                )


def _from(first: Word, last: Word) -> Span:
    return Span(first.source, first.start, max(first.end, last.end)) if first.source is last.source else first.span


def _by_setting(tool: _Tool, line: CommandLine) -> Iterator[tuple[str, str, Span]]:
    for option in line.options:
        if option.name in tool.setting and option.value is not None and option.value.literal:
            for pattern, kind in tool.settings:
                if pattern.fullmatch(option.value.text.strip()):
                    yield kind, option.value.text, _from(option.word, option.value)


def _by_words(tool: _Tool, command: Command, args: tuple[Word, ...]) -> Iterator[tuple[str, str, Span]]:
    head = command.head
    if not tool.commands or head is None:
        return
    joined = " ".join(word.text for word in args)[:_MAX_JOINED]
    for pattern, kind in tool.commands:
        if pattern.fullmatch(joined):
            yield kind, f"{head.text} {joined}".rstrip(), _from(head, args[-1] if args else head)
            return


def _is_local(value: str) -> bool:
    host = value.strip().strip("[]")
    return is_loopback(host) is True or is_loopback(host.rpartition(":")[0] or host) is True


def _talks_to_itself(line: CommandLine) -> bool:
    """Whether it names URLs, and all of them are of this machine."""
    values = [option.value.text for option in line.options if option.value is not None and option.name == "--url"]
    texts = [word.text for word in line.operands] + values
    hosts = [match[1] for match in map(_URL_HOST.match, texts) if match is not None]
    return bool(hosts) and all(is_loopback(host.strip("[]")) is True for host in hosts)


@cache
def _variables() -> dict[str, tuple[re.Pattern[str], Mapping[str, Any]]]:
    found: dict[str, tuple[re.Pattern[str], Mapping[str, Any]]] = {}
    for row in tables.load("tls")["environment"]:
        entry = (regex(row["value"], re.I | re.S), row)
        found[row["name"]] = entry
        if row.get("any_case"):
            found[row["name"].lower()] = entry
    return found


def in_variable(name: str, value: str | Unknown, span: Span) -> Weakness | None:
    """What a variable switches off; None for a harmless one, and for a value that only the run time knows."""
    entry = _variables().get(name)
    if entry is None:
        return None
    pattern, row = entry
    if isinstance(value, Unknown):
        return _by_variable(row, name, span) if row.get("unknown") else None
    text = value.strip()
    if not pattern.fullmatch(text) or (row.get("host") and all(_is_local(host) for host in text.split())):
        return None
    return _by_variable(row, f"{name}={value}", span)


def _by_variable(row: Mapping[str, Any], switch: str, span: Span) -> Weakness:
    return Weakness(row["tool"], row["topic"], row["kind"], switch, span)


def in_environment(variables: Iterable[tuple[str, str | Unknown, Span]]) -> Iterator[Weakness]:
    """What variables switch off; git's `GIT_CONFIG_KEY_0=http.sslVerify`, `GIT_CONFIG_VALUE_0=false` are a pair."""
    listed = tuple(variables)
    for name, value, span in listed:
        weakness = in_variable(name, value, span)
        if weakness is not None:
            yield weakness
    if any(name.startswith("GIT_CONFIG_KEY_") for name, _, _ in listed):
        yield from _git_pairs(listed)


def _git_pairs(listed: tuple[tuple[str, str | Unknown, Span], ...]) -> Iterator[Weakness]:
    row = tables.load("tls")["git_config"]
    values = {name: value for name, value, _ in listed}
    for name, key, span in listed:
        number = _GIT_KEY.match(name)
        value = values.get(f"GIT_CONFIG_VALUE_{number[1]}") if number else None
        if not isinstance(key, str) or not isinstance(value, str):
            continue
        if re.fullmatch(row["pattern"], key, re.I) and re.fullmatch(row["value"], value.strip(), re.I):
            yield _by_variable(row, f"{key}={value}", span)
