"""The form of the configuration as data, and the strict reading of a value against it: all mistakes at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from dockguard.config.model import Context
from dockguard.config.toml import Path, Place
from dockguard.config.version import satisfies
from dockguard.finding import Problem, Severity
from dockguard.glob import glob_problem
from dockguard.record import dataclass, field
from dockguard.rule import PROFILES
from dockguard.select import did_you_mean
from dockguard.source import Source, Span

MAX_PROBLEMS = 200  # of one file: who has more has another problem
DROPPED: Any = object()  # stands for a value that was wrong; it is left out
SEVERITIES = tuple(severity.word for severity in sorted(Severity, reverse=True))
FOREIGN = ("buildkit", "checkov", "hadolint", "kics", "trivy")
PLACES = ("path", "stack", "service", "stage", "server", "location", "subject")
Complaint = tuple[str, str] | None  # (message, help)


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A string; `check` says what is wrong with it, and what may help."""

    check: Callable[[str, Context], Complaint] | None = None


@dataclass(frozen=True, slots=True)
class Plain:
    """A value of one TOML type: bool, int, float, list or datetime.date."""

    type: type


@dataclass(frozen=True, slots=True)
class Items:
    """An array; with `single` one value stands for an array of it."""

    item: Shape
    single: bool = False


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table whose keys are the user's own words."""

    key: Callable[[str, Context], Complaint]
    item: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A table with known keys. Of each group in `needs` one key at least must be there."""

    fields: Mapping[str, Shape]
    needs: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """`[rules.options]`: each rule's own options, of the type of their defaults."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One `[[assume]]`: `image`, and attributes."""


Shape = Word | Text | Plain | Items | Keyed | Table | Options | Facts


def _selector(word: str, context: Context) -> Complaint:
    return context.catalogue.misselected(word)


def known_rule(word: str, context: Context) -> Complaint:
    """What is wrong with the name of a rule."""
    return context.catalogue.misnamed(word)


def _glob(word: str, context: Context) -> Complaint:
    wrong = glob_problem(word)
    return (f"`{word}`: {wrong}", "") if wrong else None


def _kind(word: str, context: Context) -> Complaint:
    if word in context.kinds:
        return None
    return f"unknown kind `{word}`", did_you_mean(word, context.kinds) or f"one of {_listed(context.kinds)}"


def _version(word: str, context: Context) -> Complaint:
    try:
        good = satisfies(context.version, word)
    except ValueError as error:
        return str(error), 'write it as ">=1.2,<2"'
    return None if good else (f"dockguard {context.version} does not meet required-version `{word}`", "")


def not_empty(word: str, context: Context) -> Complaint:
    """What is wrong with a text that must say something."""
    return None if word.strip() else ("must not be empty", "")


SELECTORS = Items(Text(_selector))
_GLOBS = Items(Text(_glob))
_PATHS = Items(Text(not_empty), single=True)
LEVEL = Word(SEVERITIES)
_PROFILE = Word(PROFILES)
_CHOICE: Mapping[str, Shape] = {"select": SELECTORS, "extend-select": SELECTORS, "ignore": SELECTORS}

TOP = Table(
    {
        "root": Plain(bool),
        "extend": Text(not_empty),
        "required-version": Text(_version),
        "profile": _PROFILE,
        "policy": Text(not_empty),
        "fail-on": Word((*SEVERITIES, "never")),
        "min-severity": LEVEL,
        **_CHOICE,
        "exclude": _GLOBS,
        "baseline": Text(not_empty),
        "rules": Table({**_CHOICE, "severity": Keyed(known_rule, LEVEL), "options": Options()}),
        "per-path": Keyed(_glob, Table({"profile": _PROFILE, **_CHOICE})),
        "kinds": Keyed(_kind, _GLOBS),
        "stack": Items(
            Table(
                {
                    "name": Text(not_empty),
                    "compose": _PATHS,
                    "profiles": Items(Text(not_empty)),
                    "env-file": _PATHS,
                    "nginx": Items(
                        Table({"service": Text(not_empty), "root": Text(not_empty)}, (("service",), ("root",)))
                    ),
                },
                (("name",), ("compose",)),
            )
        ),
        "assume": Items(Facts()),
        "suppress": Items(
            Table(
                {
                    "rule": Text(known_rule),
                    **dict.fromkeys(PLACES, Text(not_empty)),
                    "path": Text(_glob),
                    "reason": Text(),
                    "until": Plain(datetime.date),
                },
                (("rule",), PLACES),
            )
        ),
        "suppressions": Table(
            {
                "inline": Plain(bool),
                "require-reason": Plain(bool),
                "require-until": Plain(bool),
                "max-days": Plain(int),
                "unused": Word(("error", "warn", "off")),
                "foreign": Items(Word(FOREIGN)),
            }
        ),
    }
)

_TYPES = {
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    list: "an array",
    dict: "a table",
    datetime.date: "a date",
}


@dataclass(eq=False)
class Reading:
    """One file that is being read: its text, the places in it, and what is wrong with it so far."""

    source: Source
    places: Mapping[Path, Place]
    context: Context
    problems: list[Problem] = field(default_factory=list)

    def span(self, path: Path, key: bool = False) -> Span:
        """Where a value (or its key) is written; the nearest table around it when it has no place of its own."""
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path)
        if place is None:
            return self.source.whole
        return self.source.span(*(place.key if key else place.value))

    def complain(self, path: Path, message: str, help: str = "", *, key: bool = False, code: str = "config") -> Any:
        """Note a mistake; gives DROPPED."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(code, message, self.span(path, key), self.source.path, help))
        return DROPPED

    def clean(self, value: Any, shape: Shape, path: Path) -> Any:
        """The value without what is wrong in it, or DROPPED."""
        match shape:
            case Word():
                return self._word(value, shape.words, path)
            case Text():
                return self._text(value, shape, path)
            case Plain():
                return self._plain(value, shape.type, path)
            case Items():
                return self._items(value, shape, path)
            case Keyed():
                return self._keyed(value, shape, path)
            case Table():
                return self._table(value, shape, path)
            case Options():
                return self._options(value, path)
            case Facts():
                return self._facts(value, path)

    def _word(self, value: Any, words: Sequence[str], path: Path) -> Any:
        if value in words:
            return value
        hint = did_you_mean(value, words) if isinstance(value, str) else ""
        return self.complain(path, f"{_shown(path)} must be one of {_listed(words)}", hint)

    def _text(self, value: Any, shape: Text, path: Path) -> Any:
        if not isinstance(value, str):
            return self._mistyped(str, value, path)
        wrong = shape.check(value, self.context) if shape.check else None
        return self.complain(path, *wrong) if wrong else value

    def _plain(self, value: Any, type_: type, path: Path) -> Any:
        good = type(value) is type_ or (type_ is float and type(value) is int)
        return value if good else self._mistyped(type_, value, path)

    def _mistyped(self, type_: type, value: Any, path: Path) -> Any:
        hint = "write it without quotes" if isinstance(value, str) and type_ not in (str, list, dict) else ""
        return self.complain(path, f"{_shown(path)} must be {_TYPES[type_]}", hint)

    def _items(self, value: Any, shape: Items, path: Path) -> Any:
        if not isinstance(value, list):
            if not shape.single:
                return self._mistyped(list, value, path)
            found = self.clean(value, shape.item, path)
            return DROPPED if found is DROPPED else [found]
        cleaned = (self.clean(item, shape.item, (*path, index)) for index, item in enumerate(value))
        return [item for item in cleaned if item is not DROPPED]

    def _keyed(self, value: Any, shape: Keyed, path: Path) -> Any:
        found = {}
        for name, item in self._pairs(value, path):
            wrong = shape.key(name, self.context)
            if wrong:
                self.complain((*path, name), *wrong, key=True)
            found[name] = self.clean(item, shape.item, (*path, name))
        return {name: item for name, item in found.items() if item is not DROPPED}

    def _pairs(self, value: Any, path: Path) -> Iterable[tuple[str, Any]]:
        if isinstance(value, dict):
            return value.items()
        self._mistyped(dict, value, path)
        return ()

    def _table(self, value: Any, shape: Table, path: Path) -> Any:
        found = {}
        for name, item in self._pairs(value, path):
            if self._known(name, shape.fields, path):
                found[name] = self.clean(item, shape.fields[name], (*path, name))
        if isinstance(value, dict) and len(found) == len(value):  # a misspelt key is told once
            for group in shape.needs:
                if not any(name in value for name in group):
                    self._needed(group, path)
        return {name: item for name, item in found.items() if item is not DROPPED}

    def _known(self, name: str, fields: Collection[str], path: Path) -> bool:
        if name in fields:
            return True
        hint = did_you_mean(name, fields) or f"known here: {_listed(sorted(fields))}"
        self.complain((*path, name), f"unknown key `{name}`", hint, key=True)
        return False

    def _needed(self, group: Sequence[str], path: Path) -> None:
        what = f"needs {_listed(group)}" if len(group) == 1 else f"needs one of {_listed(group)}"
        self.complain(path, f"{_shown(path)} {what}", key=True)

    def _options(self, value: Any, path: Path) -> Any:
        found = {}
        for name, table in self._pairs(value, path):
            rule = self.context.catalogue.named(name)
            if rule is None:
                self.complain((*path, name), *(self.context.catalogue.misnamed(name) or ("", "")), key=True)
            else:
                found[rule.id] = self._rule_options(table, rule.options, (*path, name))
        return found

    def _rule_options(self, value: Any, defaults: Mapping[str, Any], path: Path) -> dict[str, Any]:
        found = {}
        for name, item in self._pairs(value, path):
            if self._known(name, defaults, path):
                found[name] = self._like(item, defaults[name], (*path, name))
        return {name: item for name, item in found.items() if item is not DROPPED}

    def _like(self, value: Any, default: Any, path: Path) -> Any:
        if not isinstance(default, list | tuple):
            return self._plain(value, type(default), path)
        item = Plain(type(default[0])) if default else Text()
        found = self.clean(value, Items(item), path)
        return found if found is DROPPED else type(default)(found)

    def _facts(self, value: Any, path: Path) -> Any:
        known = self.context.assumable
        fields: dict[str, Shape] = {name: _facts_shape(type_) for name, type_ in known.items()}
        return self._table(value, Table({"image": Text(not_empty), **fields}, (("image",), tuple(known))), path)


def _facts_shape(type_: type) -> Shape:
    return Text(not_empty) if type_ is str else Plain(type_)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _shown(path: Path) -> str:
    """The key that a message speaks of; an item of an array is called by its array."""
    return next((f"`{part}`" for part in reversed(path) if isinstance(part, str)), "the file")
