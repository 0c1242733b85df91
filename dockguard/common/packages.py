"""Package managers: what a command installs, updates or leaves behind, whichever manager it is.

The facts are in data/package_managers.json, with their sources and date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from dockguard.common import tables
from dockguard.common.package_names import Package, read_package
from dockguard.common.shell_command import Command
from dockguard.common.shell_options import CommandLine, Grammar, Option, parse
from dockguard.common.shell_words import Word
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span

__all__ = [
    "Leftover",
    "Package",
    "PackageCall",
    "grammar_of",
    "leftovers",
    "package_call",
    "package_calls",
    "program_of",
]

_PIP = regex(r"pip[0-9]*(?:\.[0-9]+)?")
_PYTHON = regex(r"(?:python|pypy)[0-9]*(?:\.[0-9]+)*")
_SETTINGS = frozenset(("-o", "--option", "--setopt"))
_NAMES_PACKAGES = frozenset(("install", "upgrade", "remove", "download", "exec", "build", "install-group"))
_WITH_WORDS = frozenset(("cache", "store"))  # verbs that clean with a further word only


@dataclass(frozen=True, slots=True)
class Manager:
    """What the table says of one manager."""

    key: str
    family: str  # apt, apk, rpm, pacman, pip, npm, ...: managers that share repositories and caches
    language: str  # python, node, ruby, ...; "" for the packages of the operating system
    grammar: Grammar
    actions: Mapping[str, str]
    meanings: Mapping[str, tuple[str, ...]]  # option as written -> flags
    always: tuple[str, ...]  # flags in force whatever is written
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class PackageCall:
    """A command of a package manager.

    `action` is install, sync (what a lock file or manifest lists), update (the index), upgrade, remove, clean,
    clean-index, download, add-repo, add-key, build, exec (fetch and run), run, config, query, or "" for any other.
    """

    command: Command
    manager: str  # apt-get, apk, dnf, pip, npm, ... (`apt` is `apt-get`; `name` is what was written)
    family: str
    language: str
    action: str
    verb: str  # the word or words that say it, "" where there is none
    packages: tuple[Package, ...]
    flags: Mapping[str, Word]  # assume-yes, no-recommends, no-cache, frozen, global, ...: where each is written
    line: CommandLine
    open: str = ""  # why there may be more packages than `packages` says
    frozen: bool = False  # it installs what the lock file says or fails

    @property
    def name(self) -> str:
        """The program as it was called."""
        return self.command.name

    @property
    def span(self) -> Span:
        """The whole command."""
        return self.command.span

    def has(self, flag: str) -> bool:
        """Whether a flag is in force, by its meaning: `assume-yes`, `no-recommends`, `no-cache`."""
        return flag in self.flags

    def values(self, flag: str) -> Iterator[Word]:
        """The values of the options of one meaning: `index`, `extra-index`, `requirements`, `registry`, `virtual`."""
        meanings = _managers()[self.manager].meanings
        for option in self.line.options:
            if option.value is not None and flag in meanings.get(option.name, ()):
                yield option.value
        env = _managers()[self.manager].row.get("env_values", {})
        for assigned in self.command.assignments:
            if env.get(assigned.name) == flag:
                yield assigned.word


@dataclass(frozen=True, slots=True)
class Leftover:
    """A cache that a command leaves in the layer, and where (any of these folders)."""

    call: PackageCall
    paths: tuple[str, ...]


@cache
def _managers() -> dict[str, Manager]:
    rows: dict[str, Any] = tables.load("package_managers")["managers"]
    return {key: _manager(key, _inherited(rows, key)) for key in rows}


def _inherited(rows: dict[str, Any], key: str) -> dict[str, Any]:
    """A row with what it takes from the one it is `like`; a key with `+` adds to that one's."""
    row = rows[key]
    if "like" not in row:
        return dict(row)
    base = _inherited(rows, row["like"])
    for name, value in row.items():
        if name.endswith("+"):
            old = base.get(name[:-1], type(value)())
            base[name[:-1]] = {**old, **value} if isinstance(value, dict) else [*old, *value]
        else:
            base[name] = value
    return base


def _manager(key: str, row: dict[str, Any]) -> Manager:
    meanings: dict[str, tuple[str, ...]] = {}
    always: list[str] = []
    for flag, spellings in row["flags"].items():
        for spelling in spellings:
            if spelling == "*":
                always.append(flag)
            else:
                name = spelling if spelling[0] == "-" else spelling.lower()
                meanings[name] = (*meanings.get(name, ()), flag)
    grammar = Grammar(row.get("short", ""), frozenset(row.get("long", ())), row.get("single", False))
    family, language = row["family"], row.get("language", "")
    return Manager(key, family, language, grammar, row["actions"], meanings, tuple(always), row)


@cache
def _by_name() -> dict[str, Manager]:
    return {name: manager for manager in _managers().values() for name in manager.row["names"]}


def grammar_of(manager: str) -> Grammar:
    """Which options of a manager take a value; raises KeyError for one that is not in the table."""
    return _managers()[manager].grammar


def program_of(command: Command) -> tuple[str, tuple[Word, ...]]:
    """The manager's name and its arguments (`pip` for `python3 -m pip` and `pip3.11`); others as they are."""
    manager, args = _which(command)
    return (command.name, command.args) if manager is None else (manager.key, args)


def package_call(command: Command) -> PackageCall | None:
    """What a command asks a package manager to do; None for any other command."""
    manager, args = _which(command)
    if manager is None:
        return None
    line = parse(_own(manager, args), manager.grammar)
    verb, action, operands = _action(manager, line)
    flags = _flags(manager, line, command)
    action = _settled(manager, action, flags, operands, verb)
    named = operands if action in _NAMES_PACKAGES else ()
    row = {**manager.row, **manager.row.get("verbs", {}).get(verb, {})}
    packages = _packages(manager, row, named, line, action)
    if action == "install" and not packages and not any(line.named("-r", "--requirement")):
        action = manager.row.get("bare", {}).get(action, action)
    unknown = next((word for word in args if word.expands and word.pieces[0].kind != "text"), None)
    return PackageCall(
        command=command,
        manager=manager.key,
        family=manager.family,
        language=manager.language,
        action=action,
        verb=verb,
        packages=packages,
        flags=flags,
        line=line,
        open=f"`{unknown.raw}` may be several words" if unknown is not None else "",
        frozen="frozen" in flags or verb in manager.row.get("frozen_actions", ()),
    )


def package_calls(commands: Iterable[Command]) -> Iterator[PackageCall]:
    """The package managers among commands."""
    for command in commands:
        call = package_call(command)
        if call is not None:
            yield call


def _own(manager: Manager, args: tuple[Word, ...]) -> tuple[Word, ...]:
    """The arguments that are the manager's own: of `gem install x -- --with-y` those before `--`."""
    if not manager.row.get("passes_on"):
        return args
    return args[: next((at for at, word in enumerate(args) if word.text == "--"), len(args))]


def _which(command: Command) -> tuple[Manager | None, tuple[Word, ...]]:
    """The manager, and the words after its name (`python3 -m pip` too)."""
    name, args = command.name, command.args
    if not name:
        return None, ()
    if _PYTHON.fullmatch(name):
        for at, word in enumerate(args[:-1]):
            if word.text == "-m":
                module = args[at + 1].text
                return (_by_name()[module], args[at + 2 :]) if module in ("pip", "pipx", "uv", "poetry") else (None, ())
            if not word.text.startswith("-"):
                break
        return None, ()
    return _by_name().get("pip" if _PIP.fullmatch(name) else name), args


def _action(manager: Manager, line: CommandLine) -> tuple[str, str, tuple[Word, ...]]:
    """The verb, its action and the operands behind it."""
    if manager.row.get("modes"):
        for option in line.options:
            if option.name in manager.actions:
                value = () if option.value is None or option.value in line.operands else (option.value,)
                return option.name, manager.actions[option.name], (*value, *line.operands)
        return "", "", line.operands
    words = [word.text for word in line.operands[:2]]
    for size in (2, 1):
        verb = " ".join(words[:size])
        if len(words) >= size and verb in manager.actions:
            return verb, manager.actions[verb], line.operands[size:]
    return "", manager.actions.get("", ""), line.operands


def _settled(manager: Manager, action: str, flags: Mapping[str, Word], operands: tuple[Word, ...], verb: str) -> str:
    """The action after what options and missing words make of it."""
    if manager.family == "pacman" and action == "install" and not operands:
        for flag, other in (("clean", "clean"), ("upgrade", "upgrade"), ("update-first", "update")):
            if flag in flags:
                return other
    if action == "install" and ("simulate" in flags or "download-only" in flags):
        return "download" if "download-only" in flags else "query"
    if manager.family == "yarn" and verb == "" and operands:
        return "run"
    return action


def _flags(manager: Manager, line: CommandLine, command: Command) -> dict[str, Word]:
    """What its options mean."""
    found: dict[str, Word] = {}
    quiet = 0
    for option in line.options:
        quiet += option.name in ("-q", "--quiet")
        for spelling in _spellings(option, quiet):
            for flag in manager.meanings.get(spelling, ()):
                found.setdefault(flag, option.word)
    for flag in manager.always:
        if command.head is not None:
            found.setdefault(flag, command.head)
    for assigned in command.assignments:
        flag = manager.row.get("env", {}).get(assigned.name)
        if flag and assigned.value not in ("0", "false", "no", "off", ""):
            found.setdefault(flag, assigned.word)
    return found


def _spellings(option: Option, quiet: int) -> Iterator[str]:
    """The ways in which the table may name an option."""
    value = option.value.text if option.value is not None else None
    if value is None or value.lower() not in ("false", "no", "0") or option.name in _SETTINGS:
        yield option.name
    if option.name in ("-q", "--quiet"):
        if quiet == 2:
            yield "-qq"
        if value is not None:
            yield f"{option.name}={value}"
    elif value is not None and option.name in _SETTINGS:
        name, _, setting = value.partition("=")
        yield f"{name.strip()}={setting.strip()}".lower()


def _packages(
    manager: Manager, row: Mapping[str, Any], operands: tuple[Word, ...], line: CommandLine, action: str
) -> tuple[Package, ...]:
    if action == "exec":
        operands = operands[:1]
    version = _value(manager, line, "version")
    if row.get("second_is_version") and len(operands) == 2:
        version = operands[-1]
        operands = operands[:1]
    found = [read_package(word, row, version) for word in operands]
    for option in line.options:
        meanings = manager.meanings.get(option.name, ())
        if option.value is not None and action == "install" and ("editable" in meanings or "git" in meanings):
            found.append(read_package(option.value, row, _value(manager, line, "revision")))
    return tuple(found)


def _value(manager: Manager, line: CommandLine, meaning: str) -> Word | None:
    """The value of the first option of a meaning."""
    return next((o.value for o in line.options if meaning in manager.meanings.get(o.name, ())), None)


def leftovers(
    commands: Iterable[Command], call_of: Callable[[Command], PackageCall | None] = package_call
) -> Iterator[Leftover]:
    """The caches that the commands of one layer leave in it: made, and neither cleaned nor removed afterwards.

    A cache mount over one of the paths, or an environment variable of the image, is for the caller to know.
    `call_of` is for a caller who knows already what the commands ask package managers to do.
    """
    listed = tuple(commands)
    calls = [(at, call) for at, command in enumerate(listed) if (call := call_of(command)) is not None]
    seen: set[str] = set()
    for at, call in reversed(calls):
        cached = _managers()[call.manager].row.get("cache") or {}
        if not cached or call.action not in cached["made_by"] or call.family in seen:
            continue
        if any(call.has(flag) for flag in cached.get("unless", ())):
            continue
        seen.add(call.family)
        paths = tuple(cached["paths"])
        cleaned = any(later > at and _cleans(other, call, cached) for later, other in calls)
        if not cleaned and not _removed(listed, at, paths):
            yield Leftover(call, paths)


def _cleans(other: PackageCall, call: PackageCall, cached: Mapping[str, Any]) -> bool:
    if other.family != call.family or other.action not in cached["cleaned_by"]:
        return False
    return other.verb not in _WITH_WORDS or any(
        word.text in ("clean", "purge", "prune", "remove", "rm") for word in other.line.operands
    )


def _removed(commands: Sequence[Command], at: int, paths: tuple[str, ...]) -> bool:
    """Whether a command after that one removes one of the folders or all that is in it, from where `cd` has gone."""
    here = ""
    for number, command in enumerate(commands):
        if command.name == "cd" and command.args:
            here = _under(here, command.args[-1].text)
        elif number > at and command.name in ("rm", "find", "rmdir"):
            for word in command.args:
                text = _under(here, word.text.rstrip("*")).rstrip("/")
                if text and any(path == text or path.startswith(text + "/") for path in paths):
                    return True
    return False


def _under(here: str, path: str) -> str:
    return path if path.startswith(("/", "$", "~")) or not here else f"{here.rstrip('/')}/{path}"
