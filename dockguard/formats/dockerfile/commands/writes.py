"""Files that commands write, with the text as far as the command line says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dockguard.common.shell import Command, Word
from dockguard.lazy import regex
from dockguard.record import dataclass

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.source import Span

VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,100})")
_REPLACES = regex(r"s([/|#,!@])((?:\\.|(?!\1)[^\\]){0,500})\1((?:\\.|(?!\1)[^\\]){0,2000})\1", re.S)
_ADDS = regex(r"(?:^|[\s;}\d$/])[aic](?:\\?\s+|\\)([^\n]{1,2000})")
_PRINTS = frozenset({"echo", "printf", "cat", "true", ":"})
_COPIES = frozenset({"cp", "mv", "install", "ln"})
_WRITERS = _COPIES | {"tee", "dd", "sed"}


@dataclass(eq=False)
class Written:
    """A file that a command writes."""

    path: str  # as written
    text: str  # as far as the command line says it
    command: RunCommand
    span: Span
    sources: tuple[str, ...] = ()  # of a copy
    variables: tuple[str, ...] = ()  # that the shell replaces in `text`
    program: bool = False  # `text` is what `sed` is told to do

    @property
    def adds(self) -> str:
        """What it puts into the file, as far as the command line says it."""
        return _added(self.text) if self.program else self.text


class Printed(NamedTuple):
    """A text that a command prints, as far as the command line says it, and the variables in it."""

    text: str
    variables: tuple[str, ...]


def writes(command: RunCommand) -> Iterator[Written]:
    """Targets of redirections, of `tee`, `cp`, `mv`, `install`, `ln` and `dd`, and of `sed -i`."""
    written = [target for target in command.command.outputs if target.text != "/dev/null"]
    if not written and command.name not in _WRITERS:
        return
    out = printed(command.command, command)
    for target in written:
        yield Written(target.text, out.text, command, command.span, (), out.variables)
    words = [word for word in command.words if not word.startswith("-")]
    if command.name == "tee":
        for path in words:
            yield Written(path, out.text, command, command.span, (), out.variables)
    elif command.name in _COPIES and len(words) > 1:
        yield Written(words[-1], "", command, command.span, tuple(words[:-1]))
    elif command.name == "dd":
        named = dict(word.split("=", 1) for word in words if "=" in word)
        if "of" in named:
            yield Written(named["of"], "", command, command.span, (named["if"],) if "if" in named else ())
    elif command.name == "sed" and command.command.flag("-i", "--in-place") is not None and len(words) > 1:
        names = tuple(name for word in command.command.args for name in variables(word))
        for path in words[1:]:
            yield Written(path, words[0], command, command.span, (), names, program=True)


def _added(program: str) -> str:
    """What a `sed` program puts in place of what it finds, or adds: the lines of `s`, `a`, `i` and `c`."""
    replaced = [found[3] for found in _REPLACES.finditer(program)]
    return "\n".join([*replaced, *(found[1] for found in _ADDS.finditer(program))])


def printed(command: Command, host: RunCommand) -> Printed:
    """What a command prints or passes on: the words of echo and printf, here-documents, what is piped into it."""
    found = _own(command)
    if not found:
        for before in host.script.feeding(command)[-3:]:
            if before.name in _PRINTS:
                found += _own(before)
    text = "\n".join(text for text, _ in found).replace("\\n", "\n")
    return Printed(text, tuple(name for _, names in found for name in names))


def _own(command: Command) -> list[tuple[str, tuple[str, ...]]]:
    """Texts that a command prints itself, and the variables that the shell replaces in them."""
    found = [
        (document.text, tuple(VARIABLE.findall(document.text)) if document.expands else ())
        for document in command.documents
    ]
    words = [redirect.target for redirect in command.redirects if redirect.operator == "<<<" and redirect.target]
    if command.name == "envsubst":
        found += [("", tuple(VARIABLE.findall(word.text))) for word in command.args]
    if command.name in ("echo", "printf"):
        words += [word for word in command.args if word.text not in ("-e", "-n", "-ne", "-en")]
        joined = " ".join(word.text for word in words)
        return [*found, (joined, tuple(name for word in words for name in variables(word)))] if words else found
    return [*found, *((word.text, tuple(variables(word))) for word in words)]


def variables(word: Word) -> Iterator[str]:
    """The variables that the shell replaces in a word; in single quotes it replaces none."""
    return (part.name for part in word.pieces if part.kind == "variable" and part.name)
