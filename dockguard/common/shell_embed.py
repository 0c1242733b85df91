"""Scripts inside commands: `sh -c 'text'`, `eval`, `su -c`, `find -exec`, a here-document that a shell reads."""

from __future__ import annotations

from collections.abc import Iterable

from dockguard.common.shell_build import changed
from dockguard.common.shell_words import Word, embedded
from dockguard.common.shell_wrappers import WRAPPERS, assignment, program, unwrap
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Source

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "busybox-sh"))
POWERSHELLS = frozenset(("powershell", "powershell.exe", "pwsh", "pwsh.exe"))
CMDS = frozenset(("cmd", "cmd.exe"))
_NAMES = SHELLS | POWERSHELLS | CMDS | {"eval", "su", "runuser", "find", "trap", "env", "script", "flock", "watch"}
_LOOKED_AT = _NAMES | WRAPPERS.keys()
_SHELL_VALUES = frozenset(("--rcfile", "--init-file"))
_INTERPRETER = regex(r"(?:python|pypy|perl|ruby|node|nodejs|php|lua|deno)[0-9]*(?:\.[0-9]+)*")
_FIND = frozenset(("-exec", "-execdir", "-ok", "-okdir"))


@dataclass(frozen=True, slots=True)
class Script:
    """A text that a command runs, and how."""

    source: Source
    start: int
    end: int
    options: frozenset[str]
    dialect: str = "sh"
    kind: str = "script"


@dataclass(frozen=True, slots=True)
class Inner:
    """What a command runs besides itself: scripts to be read, and command lines that are words already."""

    scripts: tuple[Script, ...] = ()
    calls: tuple[tuple[Word, ...], ...] = ()


_NOTHING = Inner()


def inner(words: tuple[Word, ...], options: frozenset[str], documents: Iterable[tuple[Source, int, int]]) -> Inner:
    """What the words of one command run; `documents` are the bodies of its here-documents."""
    if program(words).lower() not in _LOOKED_AT:
        return _NOTHING
    call = unwrap(words, assignment).words
    name = program(call).lower()
    if name not in _NAMES:
        return _NOTHING
    if name in SHELLS:
        return _shell(call[1:], documents)
    if name in POWERSHELLS or name in CMDS:
        return _windows(name, call[1:])
    if name == "find":
        return Inner(calls=tuple(_executed(call[1:])))
    if name == "eval":
        return _text(call[1:], options)
    if name == "trap":
        return _text(call[1:2], options, "trap") if len(call) > 2 and call[1].text[:1] != "-" else _NOTHING
    if name == "watch":
        return _NOTHING
    return _with_c(call[1:])


def _text(words: tuple[Word, ...], options: frozenset[str], kind: str = "script") -> Inner:
    if not words:
        return _NOTHING
    source = embedded(words)
    return Inner((Script(source, 0, len(source.text), options, "sh", kind),))


@dataclass(frozen=True, slots=True)
class _Shell:
    """A shell's command line."""

    options: frozenset[str]
    script: bool  # -c: the first operand is the script
    stdin: bool  # it reads its script from the standard input
    operands: tuple[Word, ...]


def _shell_line(words: tuple[Word, ...]) -> _Shell:
    at, flags = 0, []  # type: tuple[int, list[str]]
    while at < len(words) and words[at].text[:1] in ("-", "+") and words[at].text not in ("-", "--"):
        text = words[at].text
        if text.startswith("--"):
            at += 2 if text in _SHELL_VALUES else 1
            continue
        flags.append(text)
        if "o" in text or "O" in text:
            at += 1
            flags.append(words[at].text if at < len(words) else "")
        at += 1
    operands = words[at + 1 :] if at < len(words) and words[at].text in ("-", "--") else words[at:]
    letters = "".join(flag for flag in flags if flag[:1] == "-")
    script = "c" in letters
    return _Shell(changed(frozenset(), flags), script, not script and ("s" in letters or not operands), operands)


def reads_script(words: tuple[Word, ...]) -> bool:
    """Whether a command line is a shell that takes its script from its standard input."""
    call = unwrap(words, assignment).words
    return program(call) in SHELLS and _shell_line(call[1:]).stdin


def interprets_input(words: tuple[Word, ...]) -> bool:
    """Whether a command line runs what is piped into it: `sh`, `bash -s`, `python3 -`, `php -- --install`, `iex`."""
    call = unwrap(words, assignment).words
    name = program(call)
    if name in SHELLS:
        return _shell_line(call[1:]).stdin
    if name.lower() in ("iex", "invoke-expression"):
        return len(call) == 1
    return _INTERPRETER.fullmatch(name) is not None and not _has_program(call[1:])


def _has_program(words: tuple[Word, ...]) -> bool:
    """Whether an interpreter's arguments name a program: a file, `-c TEXT`, `-e TEXT`, `-m MODULE`."""
    for word in words:
        text = word.text
        if text in ("-", "--"):
            return False
        if not text.startswith("-") or (text[1] != "-" and any(letter in text for letter in "cemrp")):
            return True
        if text in ("--eval", "--print", "--version", "--help"):
            return True
    return False


def _shell(words: tuple[Word, ...], documents: Iterable[tuple[Source, int, int]]) -> Inner:
    """`sh [-e] -c TEXT`, and `sh <<EOF`."""
    line = _shell_line(words)
    if line.script:
        return _text(line.operands[:1], line.options)
    if not line.stdin:
        return _NOTHING
    return Inner(tuple(Script(source, start, end, line.options) for source, start, end in documents))


def _with_c(words: tuple[Word, ...]) -> Inner:
    """`su app -c TEXT`, `runuser -l app -c TEXT`."""
    for at, word in enumerate(words[:-1]):
        if word.text in ("-c", "-lc", "--command"):
            return _text(words[at + 1 : at + 2], frozenset())
    last = words[-1] if words else None
    if last is not None and last.text.startswith("--command="):
        return _text((last.cut(len("--command=")),), frozenset())
    return _NOTHING


def _windows(name: str, words: tuple[Word, ...]) -> Inner:
    """`powershell -Command TEXT...`, `cmd /S /C TEXT...`."""
    dialect = "powershell" if name in POWERSHELLS else "cmd"
    for at, word in enumerate(words):
        text = word.text.lower()
        if (dialect == "cmd" and text in ("/c", "/k", "/s/c")) or (
            dialect == "powershell" and len(text) > 1 and text[:1] in "-/" and "command".startswith(text[1:])
        ):
            if at + 1 == len(words):
                return _NOTHING
            return _script(words[at + 1 :], dialect)
    plain = _positional(words) if name.startswith("powershell") else ()
    return _script(plain, dialect) if plain else _NOTHING


_VALUED = ("-e", "-w", "-v", "-c", "-i", "-o", "-p")  # -ExecutionPolicy, -WindowStyle, -Version, …: a value follows


def _positional(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words from the first that is neither an option nor its value: for `powershell` they are the command."""
    at = 0
    while at < len(words):
        text = words[at].text.lower()
        if text[:1] not in ("-", "/"):
            return words[at:]
        if text[1:] and "file".startswith(text[1:]):
            return ()
        at += 2 if text.startswith(_VALUED) and len(text) > 2 else 1
    return ()


def _script(words: tuple[Word, ...], dialect: str) -> Inner:
    source = embedded(words)
    return Inner((Script(source, 0, len(source.text), frozenset(), dialect),))


def _executed(words: tuple[Word, ...]) -> Iterable[tuple[Word, ...]]:
    """The command lines of `find ... -exec CMD {} \\;`."""
    at = 0
    while at < len(words):
        if words[at].text in _FIND:
            end = at + 1
            while end < len(words) and words[end].text not in (";", "+"):
                end += 1
            if end > at + 1:
                yield words[at + 1 : end]
            at = end
        at += 1
