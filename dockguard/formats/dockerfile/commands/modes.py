"""Permissions that commands and COPY set: set-user-id and set-group-id bits."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from dockguard.common.shell_options import Grammar, parse
from dockguard.common.shell_wrappers import program
from dockguard.formats.dockerfile.commands.writes import printed
from dockguard.lazy import regex
from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step

_OCTAL = regex(r"0?([0-7])?[0-7]{3}")
_SYMBOLIC = regex(r"([ugoa]*)[+=]([rwxXst]*)")
_MASK = regex(r"[0-7]{1,4}")
_TESTS = 50  # words of a `find` that are looked at: its tests come first
_VALUES = {  # programs with an option `-m MODE`, and the options of theirs that take a value
    "install": Grammar("gmotS", frozenset({"--mode", "--group", "--owner", "--target-directory", "--suffix"})),
    "mkdir": Grammar("m", frozenset({"--mode"})),
}
_PYTHON = regex(r"\bchmod\([^()]{0,200}\b0o([0-7]{3,4})\s*\)")
_EVERYBODY = regex(
    r"(?i)\*?(?:everyone|s-1-1-0|(?:builtin\\)?users|authenticated users):(?:\([a-z,]{1,12}\)){0,4}\(?(?:F|M|W)\b\)?"
)


def special_bits(mode: str) -> str:
    """Which bits a mode sets: `setuid`, `setgid`, `setuid and setgid`, or ""."""
    text = mode.strip().removeprefix("0o")
    if text.isascii() and text.isdigit():
        first = _OCTAL.fullmatch(text)
        bits = int(first[1] or 0) if first else 0
        found = [name for name, bit in (("setuid", 4), ("setgid", 2)) if bits & bit]
        return " and ".join(found)
    found = []
    for part in text.split(","):
        match = _SYMBOLIC.fullmatch(part)
        if match and "s" in match[2]:
            who = match[1] or "ug"
            found += ["setuid"] if set(who) & set("ua") else []
            found += ["setgid"] if set(who) & set("ga") else []
    return " and ".join(dict.fromkeys(found))


def command_bits(command: RunCommand) -> Fact[str]:
    """The bits that chmod, `install -m` or `mkdir -m` sets, at the command."""
    mode = mode_of(command)
    return Fact(special_bits(mode) or None, command.span)


def mode_of(command: RunCommand) -> str:
    """The mode that a command sets, "" for none."""
    if command.name == "chmod":
        words = (word.text for word in command.resolved.args)
        return next((word for word in words if not word.startswith("-") or word[1:2] in "rwxst"), "")
    if command.name in _VALUES:
        found = parse(command.resolved.args, _VALUES[command.name]).named("-m", "--mode")
        return next((option.value.text for option in found if option.value is not None), "")
    if command.name == "dpkg-statoverride":  # --add USER GROUP MODE FILE
        named = [word.text for word in command.resolved.args if not word.text.startswith("-")]
        return named[2] if len(named) == 4 and command.command.flag("--add") is not None else ""
    if command.name.startswith("python"):
        texts = (text for text in (*command.words[:8], *command.documents) if "chmod" in text)
        return next((found[1] for found in map(_PYTHON.search, texts) if found), "")
    return _left_by(command.words[0]) if command.name == "umask" and command.words else ""


def given_to_everybody(command: RunCommand) -> str:
    """What Windows' `icacls FOLDER /grant Everyone:F` lets everybody do, as written; "" for nothing that changes it."""
    granted = command.name == "icacls" and any(word.lower().startswith("/grant") for word in command.words)
    return next((word for word in command.words if _EVERYBODY.fullmatch(word)), "") if granted else ""


def _left_by(mask: str) -> str:
    """The mode that a umask leaves to new folders: 777 for 000."""
    if _MASK.fullmatch(mask):
        return f"{0o777 & ~int(mask, 8):03o}"
    return mask if _SYMBOLIC.fullmatch(mask.rpartition(",")[2]) else ""


def is_temporary(command: RunCommand) -> bool:
    """Whether all that it changes is what `mktemp` made in the same script: `chmod 777 "$dir"`."""
    names = [word.strip("${}") if word.startswith("$") else "" for word in command.words if not word.startswith("-")]
    wanted = set(names[1:])
    return bool(wanted) and "" not in wanted and wanted <= command.step.temporary


def temporary(step: Step) -> frozenset[str]:
    """The shell variables that hold what `mktemp` made."""
    made = (one for command in step.commands for one in command.command.sets)
    return frozenset(one.name for one in made if "mktemp" in one.word.raw)


def on_folder(command: RunCommand) -> bool:
    """Whether it is plainly about folders: mkdir, `install -d`, `find -type d -exec`, a path that ends in a slash."""
    return (
        command.name == "mkdir"
        or _finds_folders(command)
        or (command.name == "install" and command.command.flag("-d", "--directory") is not None)
        or all(word.endswith("/") for word in command.words[1:])
    )


def _finds_folders(command: RunCommand) -> bool:
    owner = command.command.element.block.owner  # the `find` of `find -exec`, or what a group stands in
    words = tuple(owner.words[:_TESTS]) if owner is not None else ()
    return program(words) == "find" and ("-type", "d") in pairwise(word.text for word in words)


def capabilities(command: RunCommand) -> tuple[str, ...]:
    """The capabilities in the arguments of `setcap`; `=ep` and `all=ep` are all of them."""
    if command.name != "setcap":
        return ()
    found: list[str] = []
    given = printed(command.command, command).text.split("\n") if "-" in command.words else ()
    for word in (*command.words, *given):
        for clause in word.lower().split():
            names, operator, flags = _clause(clause)
            if operator and operator != "-" and not clause.startswith("/") and set(flags) & set("epi"):
                found += [name for name in names.split(",") if name] or ["all"]
    return tuple(found)


def _clause(text: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"([a-z_,0-9]{0,400})([=+-])([eip]{0,3}(?:[=+-][eip]{0,3})*)", text)
    return (match[1], match[2], match[3]) if match else ("", "", "")
