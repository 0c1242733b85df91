"""Configuration files that turn verification off, and the commands that write such lines into them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from dockguard.common import tables
from dockguard.common.shell import Script
from dockguard.common.shell_command import Command
from dockguard.common.shell_words import Word, embedded
from dockguard.common.tls import Weakness, in_command
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Source, Span

__all__ = ["in_file", "in_script", "written"]

_SED = regex(r"s([/|#,!@])((?:\\.|(?!\1)[^\\])*)\1((?:\\.|(?!\1)[^\\])*)\1", re.S)
_ESCAPED = regex(r"\\([nt])")
MAX_TEXT = 100_000  # characters of one file that are looked at


@dataclass(frozen=True, slots=True)
class _File:
    paths: tuple[str, ...]
    row: Mapping[str, Any]
    lines: tuple[tuple[re.Pattern[str], str], ...]


@cache
def _files() -> tuple[_File, ...]:
    return tuple(
        _File(
            tuple(row["path"]),
            row,
            tuple((re.compile(line["pattern"], re.I | re.M), line["kind"]) for line in row["lines"]),
        )
        for row in tables.load("tls")["files"]
    )


def _is_at(path: str, entry: str) -> bool:
    if entry.endswith("*"):
        return path.startswith(entry[:-1])
    return path.endswith(entry) or path == entry.lstrip("/")


def in_file(path: str, source: Source, start: int = 0, end: int | None = None) -> Iterator[Weakness]:
    """What a configuration file switches off. `path` is where it will lie in the image (or its name)."""
    stop = min(len(source.text) if end is None else end, start + MAX_TEXT)
    for file in _files():
        if any(_is_at(path, entry) for entry in file.paths):
            yield from _in_lines(file, source, start, stop)


def _in_lines(file: _File, source: Source, start: int, stop: int) -> Iterator[Weakness]:
    for pattern, kind in file.lines:
        for match in pattern.finditer(source.text, start, stop):
            first = match.start() + len(match[0]) - len(match[0].lstrip())
            span = Span(source, first, match.end())
            yield Weakness(file.row["tool"], file.row["topic"], kind, match[0].strip(), span)


def in_script(script: Script) -> Iterator[Weakness]:
    """What the commands of a script switch off, by themselves and by what they write into files."""
    for command in script.commands:
        yield from in_command(command)
        yield from written(command, script.feeding(command) if command.name == "tee" else ())


def written(command: Command, feeding: tuple[Command, ...] = ()) -> Iterator[Weakness]:
    """What the lines that a command writes into files switch off; `feeding` is what is piped into it."""
    targets = [target.text for target in command.outputs]
    contents = _contents(command)
    if command.name == "tee":
        targets += [word.text for word in command.args if not word.text.startswith("-")]
        for printer in feeding:
            contents += _contents(printer)
    elif command.name == "sed":
        targets, contents = _edited(command)
    for target in targets:
        for source, start, end in contents:
            yield from in_file(target, source, start, end)


def _contents(command: Command) -> list[tuple[Source, int, int]]:
    """The texts that a command prints: `echo`'s and `printf`'s arguments, a here-document."""
    found = [(doc.body.source, doc.body.start, doc.body.end) for doc in command.documents]
    for redirect in command.redirects:
        if redirect.operator == "<<<" and redirect.target:
            source = embedded((redirect.target,))
            found.append((source, 0, len(source.text)))
    words = tuple(word for word in command.args if word.text not in ("-e", "-n", "-E", "-en", "-ne", "--"))
    if command.name in ("echo", "printf") and words:
        source = _broken(embedded(words))
        found.append((source, 0, len(source.text)))
    return found


def _broken(source: Source) -> Source:
    """The same text with its written `\\n` and `\\t` as what they mean, offsets kept."""
    text = _ESCAPED.sub(lambda match: " \n" if match[1] == "n" else " \t", source.text)
    return source if text == source.text else Source(source.path, text, origin=source.origin)


def _edited(command: Command) -> tuple[list[str], list[tuple[Source, int, int]]]:
    """The files that `sed -i` changes, and what it writes in place of what it finds."""
    if command.flag("-i", "--in-place") is None and not any(word.text.startswith("-i") for word in command.args):
        return [], []
    operands = [word for word in command.args if not word.text.startswith("-")]
    contents: list[tuple[Source, int, int]] = []
    for word in operands:
        contents.extend(_replacements(word))
    return [word.text for word in operands], contents


def _replacements(word: Word) -> Iterator[tuple[Source, int, int]]:
    source = embedded((word,))
    for match in _SED.finditer(source.text[:4000]):
        # The patterns look for lines: a replacement begins one, wherever it stands in the line that sed changes.
        start, end = match.span(3)
        text = f"{source.text[: start - 1]}\n{source.text[start:]}"
        yield Source(source.path, text, origin=source.origin), start, end
