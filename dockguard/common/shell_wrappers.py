"""Programs that run another program: which of their words are theirs, and where the other one begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dockguard.common.shell_words import Assignment, Word
from dockguard.record import dataclass, replace
from dockguard.source import Span


@dataclass(frozen=True, slots=True)
class Wrapper:
    """How a wrapper's command line is read (its manual page's synopsis)."""

    short: str = ""  # one-letter options that take a value
    long: frozenset[str] = frozenset()  # long options that take a value as the next word
    operands: int = 0  # words of its own before the command
    assigns: bool = False  # NAME=value words may stand before the command
    silent: str = ""  # one-letter options with which nothing is run


def _long(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PLAIN = Wrapper()
_USER = Wrapper(operands=1)
_SUDO = Wrapper("ugpCrtThUDRa", _long("--user --group --prompt --close-from --role --type --host --chdir --chroot"))
_TINI = Wrapper("pe")

WRAPPERS: dict[str, Wrapper] = {
    "sudo": replace(_SUDO, assigns=True, silent="lvKk"),
    "doas": Wrapper("uC", silent="L"),
    "env": Wrapper("uC", _long("--unset --chdir"), assigns=True),
    "nice": Wrapper("n", _long("--adjustment")),
    "ionice": Wrapper("cn", _long("--class --classdata"), silent="pPu"),
    "chrt": Wrapper("TPD", operands=1, silent="pm"),
    "taskset": Wrapper("c", operands=0, silent="p"),
    "timeout": Wrapper("ks", _long("--kill-after --signal"), operands=1),
    "xargs": Wrapper("adEILnPs", _long("--arg-file --delimiter --max-args --max-procs --max-chars --replace")),
    "exec": Wrapper("a"),
    "command": Wrapper(silent="vV"),
    "builtin": _PLAIN,
    "time": Wrapper("fo", _long("--format --output")),
    "nohup": _PLAIN,
    "setsid": _PLAIN,
    "stdbuf": Wrapper("ioe", _long("--input --output --error")),
    "unbuffer": _PLAIN,
    "eatmydata": _PLAIN,
    "fakeroot": Wrapper("lsi", _long("--lib --faked")),
    "chroot": Wrapper("", operands=1),
    "flock": Wrapper("wE", _long("--wait --timeout --conflict-exit-code"), operands=1),
    "setpriv": Wrapper("", _long("--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits")),
    "runuser": Wrapper("ugG", _long("--user --group --supp-group")),
    "tini": _TINI,
    "tini-static": _TINI,
    "catatonit": _PLAIN,
    "dumb-init": Wrapper("r", _long("--rewrite")),
    "gosu": _USER,
    "su-exec": _USER,
    "s6-setuidgid": _USER,
    "setuidgid": _USER,
    "s6-envdir": _USER,
    "chpst": Wrapper("uUbe/nmdoprcft0"),
    "capsh": Wrapper(silent="-"),
    "xvfb-run": Wrapper("efnpsw", _long("--error-file --auth-file --server-num --server-args --wait")),
    "dbus-run-session": _PLAIN,
    "with-contenv": _PLAIN,
    "cross-env": Wrapper(assigns=True),
    "busybox": _PLAIN,
    "toybox": _PLAIN,
    "linux32": _PLAIN,
    "linux64": _PLAIN,
    "strace": Wrapper("eopsSuaPIOX"),
    "retry": Wrapper("tmsSd", _long("--tries --delay --times --min --max --sleep --until --while")),
    "noglob": _PLAIN,
    "unshare": Wrapper("RwSG"),
}


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A command line without its wrappers."""

    wrappers: tuple[str, ...]
    assignments: tuple[Assignment, ...]  # that a wrapper makes (`env A=1 make`)
    words: tuple[Word, ...]


def basename(text: str) -> str:
    """The name of a program by its path."""
    return text.rpartition("/")[2] or text


def program(words: Sequence[Word]) -> str:
    """The program's name, "" when only the run time knows it."""
    return basename(words[0].text) if words and words[0].literal else ""


def unwrap(words: tuple[Word, ...], assign: Callable[[Word], Assignment | None]) -> Unwrapped:
    """Takes the wrappers off; at most eight of them."""
    wrappers: list[str] = []
    made: list[Assignment] = []
    for _ in range(8):
        name = program(words)
        wrapper = WRAPPERS.get(name)
        rest = None if wrapper is None else _inner(words[1:], wrapper, assign, made)
        if not rest:
            break
        wrappers.append(name)
        words = rest
    return Unwrapped(tuple(wrappers), tuple(made), words)


def _inner(
    words: tuple[Word, ...], wrapper: Wrapper, assign: Callable[[Word], Assignment | None], made: list[Assignment]
) -> tuple[Word, ...]:
    """The wrapped command, empty where there is none."""
    at = _after_options(words, wrapper)
    if at < 0:
        return ()
    found: list[Assignment] = []
    while wrapper.assigns and at < len(words):
        assignment = assign(words[at])
        if assignment is None:
            break
        found.append(assignment)
        at += 1
    inner = words[at + wrapper.operands :]
    if inner:
        made.extend(found)
    return inner


def _after_options(words: tuple[Word, ...], wrapper: Wrapper) -> int:
    """Where the wrapper's own options end, -1 when they say that nothing is run."""
    at = 0
    while at < len(words):
        text = words[at].text
        if text == "--":
            return at + 1
        if not text.startswith("-") or text == "-":
            return at
        if text.startswith("--"):
            at += 2 if text in wrapper.long else 1
            continue
        if wrapper.silent and any(letter in text for letter in wrapper.silent):
            return -1
        at += 2 if _wants_value(text, wrapper.short) else 1
    return at


def _wants_value(cluster: str, short: str) -> bool:
    """Whether the next word is the value of a cluster's last letter (`-xu root`, not `-uroot`)."""
    for place, letter in enumerate(cluster[1:], 2):
        if letter in short:
            return place == len(cluster)
    return False


def assignment(word: Word) -> Assignment | None:
    """`NAME=value` as an argument; None for any other word."""
    name, equals, _ = word.text.partition("=")
    first = word.pieces[0] if word.pieces else None
    if not equals or first is None or first.kind != "text" or not name.isidentifier() or not name.isascii():
        return None
    return Assignment(name, word.cut(len(name) + 1), Span(word.source, word.start, word.end))
