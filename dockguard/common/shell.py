"""The shell scanner: a flat list of the simple commands of a text, in order, with places and context.

It reads POSIX sh and what bash adds (`sh`), and cuts Windows command lines roughly (`powershell`, `cmd`). It runs
nothing, needs linear time, and takes any text: what makes no sense to it is skipped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from dockguard.common import shell_embed
from dockguard.common.shell_build import changed
from dockguard.common.shell_command import Command
from dockguard.common.shell_scan import Scanner
from dockguard.common.shell_tree import PIPES, Block, Element, Failure, judge
from dockguard.common.shell_words import Assignment, HereDoc, Part, Redirect, Word
from dockguard.common.shell_wrappers import basename
from dockguard.lazy import cached_property, regex
from dockguard.source import Source, Span

__all__ = [
    "Assignment",
    "Command",
    "Failure",
    "HereDoc",
    "Part",
    "Redirect",
    "Script",
    "Word",
    "call",
    "scan",
    "scan_text",
    "shell_options",
]

MAX_EMBEDDED = 6  # scripts inside scripts inside scripts

_SHEBANG = regex(r"#![ \t]*(\S+)(?:[ \t]+([^\n\r]*))?")


class Script:
    """What a text runs. Nothing is read before it is asked for."""

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        dialect: str,
        options: frozenset[str],
        words: tuple[Word, ...] | None = None,
    ) -> None:
        self.source, self.start, self.end = source, start, end
        self.dialect = dialect
        self._options = options
        self._words = words

    @property
    def span(self) -> Span:
        """The text that was read."""
        return Span(self.source, self.start, self.end)

    @property
    def interpreter(self) -> str:
        """The program that a first line like `#!/usr/bin/env python3` names; "" where there is none."""
        return _shebang(self.source.text, self.start, self.end)[0] if self._words is None else ""

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every simple command, in the order of the text; those of a script inside a word after that word's command.

        A text whose first line names an interpreter that is no shell has none.
        """
        return self._read[0]

    @property
    def complete(self) -> bool:
        """Whether every command was seen; one nested too deep was not."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[tuple[Command, ...], bool]:
        reader = _Reader()
        if self._words is not None:
            found = reader.call(self._words, self._options, None, 0)
        else:
            script = shell_embed.Script(self.source, self.start, self.end, self._options, self.dialect)
            found = reader.script(script, None, 0)
        judge(reader.blocks)
        by_element = {id(command.element): command for command in found}
        self._by_element = by_element
        return tuple(found), reader.complete

    def named(self, *names: str) -> Iterator[Command]:
        """The commands of these names."""
        return (command for command in self.commands if command.name in names)

    @cached_property
    def assigned(self) -> dict[str, list[Assignment]]:
        """What its commands assign, by variable; a loop or a branch that does it again comes again."""
        found: dict[str, list[Assignment]] = {}
        for command in self.commands:
            for made in command.sets:
                found.setdefault(made.name, []).append(made)
        return found

    def feeding(self, command: Command) -> tuple[Command, ...]:
        """The commands whose output is piped into one, in order: `curl` for the `sh` of `curl x | sh`."""
        return tuple(self._of(element for element in reversed(command.upstream)))

    def host_of(self, command: Command) -> Command | None:
        """The command whose word holds it: the `sh` of `sh -c '...'`, the `echo` of `echo $(...)`; None for most."""
        host = command.host
        return None if host is None else next(self._of((host,)), None)

    def substituted(self, word: Word) -> tuple[Command, ...]:
        """The commands of the substitutions in a word: `curl` for `"$(curl x)"` and `<(curl x)`."""
        starts, commands = self._by_place.get(word.source, ([], []))
        found: list[Command] = []
        for part in word.pieces if starts else ():
            if part.kind in ("command", "process"):
                inside = commands[bisect_left(starts, part.start) : bisect_left(starts, part.end)]
                found += [command for command in inside if command.element.end <= part.end]
        return tuple(found)

    @cached_property
    def _by_place(self) -> dict[Source, tuple[list[int], list[Command]]]:
        """The commands of each text in the order of their beginnings, and these."""
        found: dict[Source, tuple[list[int], list[Command]]] = {}
        for command in sorted(self.commands, key=lambda command: command.element.start):
            starts, commands = found.setdefault(command.source, ([], []))
            starts.append(command.element.start)
            commands.append(command)
        return found

    def _of(self, elements: Iterable[Element]) -> Iterator[Command]:
        """The commands of elements, compounds opened; substitutions are left out."""
        self._read  # noqa: B018
        stack = list(elements)[::-1]
        while stack:
            element = stack.pop()
            if id(element) in self._by_element:
                yield self._by_element[id(element)]
            else:
                for block in reversed(element.blocks):
                    if block.kind not in ("substitution", "process"):
                        stack.extend(reversed(block.elements))


class _Reader:
    """Reads a script and the scripts inside it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.complete = True

    def script(self, script: shell_embed.Script, host: Element | None, depth: int) -> list[Command]:
        if script.dialect != "sh":
            return self._windows(script, host, depth)
        interpreter, options = _shebang(script.source.text, script.start, script.end)
        if interpreter and interpreter not in shell_embed.SHELLS:
            return []
        options |= script.options
        scanner = Scanner(script.source, script.start, script.end, options, host, script.kind)
        self.blocks.extend(scanner.blocks)
        self.complete = self.complete and scanner.complete
        found: list[Command] = []
        for element in scanner.elements:
            found.append(Command(script.source, element))
            if element.words:
                found.extend(self._inside(element, depth))
        return found

    def call(self, words: tuple[Word, ...], options: frozenset[str], host: Element | None, depth: int) -> list[Command]:
        """A command line that no shell reads."""
        if not words:
            return []
        block = Block("script" if host is None else "group", host)
        self.blocks.append(block)
        element = Element(block, "", words[0].start, options)
        element.words.extend(words)
        element.end = max(word.end for word in words if word.source is words[0].source)
        block.elements.append(element)
        return [Command(words[0].source, element), *self._inside(element, depth)]

    def _inside(self, element: Element, depth: int) -> Iterator[Command]:
        words = tuple(element.words)
        documents = [
            (doc.body.source, doc.body.start, doc.body.end)
            for doc in (redirect.doc for redirect in element.redirects)
            if doc is not None
        ]
        found = shell_embed.inner(words, element.options, documents)
        if (found.scripts or found.calls) and depth >= MAX_EMBEDDED:
            self.complete = False
            return
        for script in found.scripts:
            yield from self.script(script, element, depth + 1)
        for words in found.calls:
            yield from self.call(words, element.options, element, depth + 1)

    def _windows(self, script: shell_embed.Script, host: Element | None, depth: int) -> list[Command]:
        from dockguard.common.shell_windows import elements

        block = Block("script", host)
        self.blocks.append(block)
        found: list[Command] = []
        for element in elements(script.source, script.start, script.end, script.dialect, block):
            found.append(Command(script.source, element, script.dialect))
            found.extend(self._inside(element, depth))
        return found


def scan(
    source: Source,
    start: int = 0,
    end: int | None = None,
    dialect: str = "sh",
    options: frozenset[str] = frozenset(),
) -> Script:
    """The commands of a text or of a range of it.

    `dialect` is `sh` (bash's additions are understood), `powershell` or `cmd`. `options` are shell options in force
    from the beginning: what `SHELL ["/bin/bash", "-eo", "pipefail", "-c"]` sets (see `shell_options`).
    A Dockerfile's RUN body is given as an embedded Source, its continuation lines joined; the spans of the result
    then lead back to the Dockerfile by `Span.outer`.
    """
    size = len(source.text)
    stop = size if end is None else max(0, min(end, size))
    return Script(source, max(0, min(start, stop)), stop, dialect, options)


def scan_text(text: str, dialect: str = "sh", options: frozenset[str] = frozenset()) -> Script:
    """The commands of a text without a file."""
    return scan(Source("", text), dialect=dialect, options=options)


def call(words: Iterable[Word], options: frozenset[str] = frozenset()) -> Script:
    """A command line whose words are known already: exec form, a list in a Compose file. See `Word.known`."""
    listed = tuple(words)
    source = listed[0].source if listed else Source("", "")
    return Script(source, listed[0].start if listed else 0, listed[-1].end if listed else 0, "sh", options, listed)


def shell_options(words: Iterable[str]) -> frozenset[str]:
    """Options that a shell's command line sets: `["/bin/bash", "-eo", "pipefail", "-c"]` sets errexit, pipefail."""
    return changed(frozenset(), list(words)[1:])


def _shebang(text: str, start: int, end: int) -> tuple[str, frozenset[str]]:
    """The interpreter and the shell options of a first line like `#!/bin/sh -e` or `#!/usr/bin/env -S bash -e`."""
    match = _SHEBANG.match(text, start, end) if text.startswith("#!", start) else None
    if match is None:
        return "", frozenset()
    words = [match[1], *(match[2] or "").split()]
    if basename(words[0]) == "env":
        words = [word for at, word in enumerate(words) if at and (word != "-S" or at > 1)] or words
    return basename(words[0]), changed(frozenset(), words[1:])


def pipes(command: Command) -> bool:
    """Whether its output goes into another command."""
    return command.after in PIPES
