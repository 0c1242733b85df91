"""Passwords that commands give to accounts: chpasswd, passwd, useradd -p, net user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.common.shell import Word
from dockguard.formats.dockerfile.commands.accounts import operands_of
from dockguard.formats.dockerfile.commands.resolved import filled
from dockguard.formats.dockerfile.commands.writes import printed
from dockguard.formats.dockerfile.parts import AccountPassword
from dockguard.lazy import regex
from dockguard.source import Fact, Secret

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand

_LOCKED = regex(r"[!*x]+.{0,200}")  # no password matches it
_SHADOW = regex(r"[\w^.*\\-]{1,60}:[^/:|]{0,60}:.{0,60}[/|#,]\s*\w+::")


def passwords(command: RunCommand) -> Iterator[AccountPassword]:
    """The passwords that a command sets, takes away or unlocks."""
    finder = {
        "chpasswd": _chpasswd,
        "passwd": _passwd,
        "useradd": _option,
        "usermod": _option,
        "adduser": _option,
        "net": _net_user,
        "sed": _sed,
        "openssl": _hashed,
        "mkpasswd": _hashed,
        "convertto-securestring": _secure_string,
    }.get(command.name)
    if finder is not None:
        yield from finder(command)


def _made(command: RunCommand, user: str, text: str) -> AccountPassword:
    empty = text in ("", "''", '""')
    return AccountPassword(
        user, "empty" if empty else "literal", Fact(Secret(text), command.span), command, command.span
    )


def _chpasswd(command: RunCommand) -> Iterator[AccountPassword]:
    for line in filled(printed(command.command, command).text, command).split("\n"):
        user, colon, text = line.strip().strip("\"'").partition(":")
        if colon and user and "$(" not in text and "`" not in text and not re.search(r"\$[A-Za-z_{]", line):
            yield _made(command, user, text)


def _passwd(command: RunCommand) -> Iterator[AccountPassword]:
    user = next(iter(operands_of(command)), "root")
    if command.command.flag("-d", "--delete") is not None:
        if command.command.flag("-l", "--lock") is None:
            yield AccountPassword(user, "empty", Fact(Secret(""), command.span), command, command.span)
    elif command.command.flag("-u", "--unlock") is not None:
        yield AccountPassword(user, "unlocked", Fact(Secret(""), command.span), command, command.span)
    elif command.command.flag("-l", "--lock") is None:
        yield from _typed(command, user)


def _typed(command: RunCommand, user: str) -> Iterator[AccountPassword]:
    """What is piped into a program that asks for a password."""
    lines = [line for line in printed(command.command, command).text.split("\n") if line.strip()]
    if lines and not re.search(r"\$[A-Za-z_{(]|`", lines[0]):
        yield _made(command, user, lines[0].strip().strip("\"'"))


def _option(command: RunCommand) -> Iterator[AccountPassword]:
    user = (operands_of(command) or [""])[-1]
    if command.name == "usermod" and command.command.flag("-U", "--unlock") is not None:
        yield AccountPassword(user, "unlocked", Fact(Secret(""), command.span), command, command.span)
    for word in command.command.values("-p", "--password"):
        if _is_literal(word) and not _LOCKED.fullmatch(word.text):
            yield _made(command, user, word.text)
    if command.name == "adduser" and command.command.flag("-D", "--disabled-password", "--disabled-login") is None:
        yield from _typed(command, user)


def _is_literal(word: Word) -> bool:
    """Whether the shell leaves it as it is; `$1$salt$hash` in single quotes is."""
    return word.literal


def _hashed(command: RunCommand) -> Iterator[AccountPassword]:
    """`openssl passwd -6 hunter2`, `mkpasswd -m sha-512 hunter2`: what is hashed stands in the history as it is."""
    args = command.command.args
    if command.name == "openssl":
        if not command.words or command.words[0] != "passwd":
            return
        args = args[1:]
    plain = [
        word
        for before, word in zip((None, *args), args, strict=False)
        if not word.text.startswith("-") and (before is None or before.text not in _HASH_OPTIONS)
    ]
    if plain and plain[0].literal and plain[0].text:
        yield _made(command, "", plain[0].text)
    elif command.command.flag("-stdin", "--stdin", "-s") is not None:
        yield from _typed(command, "")


_HASH_OPTIONS = frozenset("-salt -in -rand -m --method -S --salt -R --rounds -P --password-fd".split())


def _secure_string(command: RunCommand) -> Iterator[AccountPassword]:
    """`ConvertTo-SecureString 'hunter2' -AsPlainText -Force`."""
    if command.command.flag("-AsPlainText", "-asplaintext") is None:
        return
    for word in command.command.args:
        if not word.text.startswith("-") and word.literal:
            yield _made(command, "", word.text)
            return


def _net_user(command: RunCommand) -> Iterator[AccountPassword]:
    words = [word for word in command.words if not word.startswith("/")]
    if len(words) > 2 and words[0].lower() == "user" and words[2] != "*" and "%" not in words[2]:
        yield _made(command, words[1], words[2])


def _sed(command: RunCommand) -> Iterator[AccountPassword]:
    """`sed -i 's/^root:*:/root::/' /etc/shadow`."""
    if "/etc/shadow" in command.words and any(_SHADOW.search(word) for word in command.words):
        yield AccountPassword("root", "empty", Fact(Secret(""), command.span), command, command.span)
