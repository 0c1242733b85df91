"""Which files the commands of a build run, unpack or install, found by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import basename
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step

_RUNNERS = frozenset("sh bash dash ash zsh ksh python python2 python3 perl ruby node php java source .".split())
_INSTALLERS = frozenset("dpkg rpm apt-get apt yum dnf microdnf tdnf zypper apk msiexec pip pip3 gem npm".split())
_UNPACKERS = frozenset("tar bsdtar unzip 7z 7za cpio unar expand-archive".split())


class FileUses:
    """The commands of some instructions, by the words that name what they take, in their order."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._order: dict[int, int] = {}  # id of a command -> its number
        self._uses: dict[str, list[tuple[int, str]]] = {}  # word -> numbers and names of the commands that use it
        for step in steps:
            for command in step.commands:
                number = self._order[id(command)] = len(self._order)
                for word in set(_used(command)):
                    self._uses.setdefault(word, []).append((number, command.name))

    def after(self, command: RunCommand, path: str) -> str:
        """The first command after another one that executes a file, makes it executable, unpacks it, or installs it
        as a package; "" for none.
        """
        from bisect import bisect

        name = basename(path)
        same = (path, name, f"./{name}") if "/" in path else (path, f"./{path}")
        here = (self._order.get(id(command), len(self._order)), "\U0010ffff")
        lists = [self._uses[word] for word in set(same) if word in self._uses]
        found = [uses[at] for uses in lists if (at := bisect(uses, here)) < len(uses)]
        return min(found)[1] if found else ""


def _used(command: RunCommand) -> Iterator[str]:
    """The words that name what a command runs, makes executable, unpacks or installs."""
    head = command.command.head
    if head is not None and "/" in head.text:
        yield head.text
    if command.name == "chmod":
        if command.words and _executable(command):
            yield from command.words[1:]
    elif command.name in _RUNNERS or command.name in _INSTALLERS:
        yield from command.words
    elif command.name == "start-process":  # -ArgumentList '/i x.msi /qn'
        yield from (part for word in command.words for part in word.split())
    elif command.name in _UNPACKERS and not _packs(command):
        yield from command.words
        yield from (word.partition("=")[2] for word in command.words if word.startswith(("--file=", "-f=")))
        yield from (r.target.text for r in command.command.redirects if r.operator == "<" and r.target is not None)


def _packs(command: RunCommand) -> bool:
    """Whether tar makes an archive, or only lists one."""
    first = command.words[0] if command.words else ""
    if command.name not in ("tar", "bsdtar"):
        return command.command.flag("-l", "-t") is not None
    bundled = not first.startswith("-") and bool({"c", "t"} & set(first)) and "x" not in first
    return bundled or command.command.flag("-c", "--create", "-t", "--list") is not None


def _executable(command: RunCommand) -> bool:
    from dockguard.formats.dockerfile.commands.modes import mode_of

    mode = mode_of(command)
    return "x" in mode or (mode.isdigit() and any(digit in "1357" for digit in mode[-3:]))
