"""One configuration file that was read, as settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dockguard.config.model import Config, Context, Entry, PolicyName, StackFiles
from dockguard.config.schema import Reading
from dockguard.config.toml import Path
from dockguard.finding import Problem, Severity
from dockguard.glob import PathGlob
from dockguard.record import dataclass
from dockguard.select import Layer, PathLayer
from dockguard.stack.pieces import Assumption
from dockguard.workspace import Workspace, folder_of, join


@dataclass(frozen=True, slots=True)
class File:
    """A file's cleaned data, and the reading that cleaned it; `section` is `tool.dockguard` in a pyproject.toml."""

    reading: Reading
    section: Path
    data: Mapping[str, Any]

    @property
    def folder(self) -> str:
        """What its paths are relative to."""
        return folder_of(self.reading.source.path)


def wrong(file: File, at: Path, message: str, help: str = "") -> Problem:
    """A mistake about another file."""
    return Problem("config-file", message, file.reading.span(at), file.reading.source.path, help)


def outside(workspace: Workspace, path: str) -> str:
    """Help for a path that cannot be read."""
    return "" if workspace.inside(path) else "it lies outside the project"


def build(workspace: Workspace, file: File, problems: list[Problem]) -> Config:
    """The settings of one file; files it names that are not there go to `problems`."""
    data = file.data
    rules, folder = data.get("rules", {}), file.folder
    hygiene = data.get("suppressions", {})
    limits, levels = _hygiene(hygiene)
    return Config(
        path=file.reading.source.path,
        root=data.get("root", False),
        layers=(_joined(_layer(data), _layer(rules)), limits),
        policy=_policy(file),
        fail_on=data.get("fail-on"),
        min_severity=_level(data.get("min-severity")),
        exclude=_globs(data.get("exclude", ()), folder),
        baseline=join(folder, data["baseline"]) if "baseline" in data else "",
        severities={**levels, **_severities(rules.get("severity", {}), file.reading.context)},
        options=_options(rules.get("options", {}), hygiene),
        per_path=tuple(PathLayer(PathGlob(g, folder), _layer(t)) for g, t in data.get("per-path", {}).items()),
        kinds={kind: _globs(globs, folder) for kind, globs in data.get("kinds", {}).items()},
        stacks=tuple(_each(file, "stack", lambda path, table: _stack(workspace, file, path, table, problems))),
        assumptions=tuple(found for group in _each(file, "assume", _assumed(file)) for found in group),
        suppressions=tuple(_each(file, "suppress", lambda path, table: _entry(file, path, table))),
        inline=hygiene.get("inline", True),
        foreign=tuple(hygiene.get("foreign", ())),
    )


def _policy(file: File) -> PolicyName | None:
    name = file.data.get("policy")
    return None if name is None else PolicyName(name, file.folder, file.reading.span((*file.section, "policy")))


def _layer(table: Mapping[str, Any]) -> Layer:
    select = table.get("select")
    return Layer(
        table.get("profile"),
        None if select is None else tuple(select),
        tuple(table.get("extend-select", ())),
        tuple(table.get("ignore", ())),
        table.get("policy", ""),
    )


def _joined(one: Layer, other: Layer) -> Layer:
    said = one.select is not None or other.select is not None
    select = (*(one.select or ()), *(other.select or ())) if said else None
    return Layer(one.profile, select, one.extend + other.extend, one.ignore + other.ignore, one.policy)


def _level(word: str | None) -> Severity | None:
    return None if word is None else Severity.of(word)


def _globs(patterns: Iterable[str], folder: str) -> tuple[PathGlob, ...]:
    return tuple(PathGlob(pattern, folder) for pattern in patterns)


def _severities(table: Mapping[str, str], context: Context) -> dict[str, Severity]:
    named = ((context.catalogue.named(name), word) for name, word in table.items())
    return {rule.id: Severity.of(word) for rule, word in named if rule is not None}


_REQUIRED = {"require-reason": "meta/suppression-without-reason", "require-until": "meta/suppression-without-end"}
_TOO_LONG, _UNUSED = "meta/suppression-too-long", "meta/unused-suppression"


def _hygiene(table: Mapping[str, Any]) -> tuple[Layer, dict[str, Severity]]:
    """`[suppressions]` as words about the rules of the meta family: what is required is on, and fails the gate."""
    on = [rule for key, rule in _REQUIRED.items() if table.get(key) is True]
    off = [rule for key, rule in _REQUIRED.items() if table.get(key) is False]
    levels = dict.fromkeys(on, Severity.HIGH)
    if "max-days" in table:
        on.append(_TOO_LONG)
        levels[_TOO_LONG] = Severity.HIGH
    unused = table.get("unused")
    if unused:
        (off if unused == "off" else on).append(_UNUSED)
        levels[_UNUSED] = Severity.HIGH if unused == "error" else Severity.LOW
    if table.get("inline") is False:
        on.append("meta/inline-suppression")
    return Layer(extend=tuple(on), ignore=tuple(off)), levels


def _options(table: Mapping[str, Mapping[str, Any]], hygiene: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = dict(table)
    if "max-days" in hygiene:
        found[_TOO_LONG] = {**found.get(_TOO_LONG, {}), "days": hygiene["max-days"]}
    return found


def _each(file: File, key: str, make: Callable[[Path, Mapping[str, Any]], Any]) -> Iterator[Any]:
    """What is made of each table of an array; tables with a mistake are left out, so numbers are searched again."""
    if file.reading.problems:  # the run stops anyway, and half a table would be a wrong statement
        return
    for index, table in enumerate(file.data.get(key, ())):
        yield make((*file.section, key, index), table)


def _stack(workspace: Workspace, file: File, at: Path, table: Mapping[str, Any], problems: list[Problem]) -> StackFiles:
    def path(written: str, *key: str | int) -> str:
        found = join(file.folder, written)
        if workspace.entry(found) != "file":
            problems.append(wrong(file, (*at, *key), f"`{written}` is no file", outside(workspace, found)))
        return found

    def paths(key: str) -> tuple[str, ...]:
        return tuple(path(written, key, index) for index, written in enumerate(table.get(key, ())))

    sites = enumerate(table.get("nginx", ()))
    nginx = tuple((site["service"], path(site["root"], "nginx", index, "root")) for index, site in sites)
    profiles = tuple(table.get("profiles", ()))
    return StackFiles(table["name"], paths("compose"), profiles, paths("env-file"), nginx, file.reading.span(at))


def _assumed(file: File) -> Callable[[Path, Mapping[str, Any]], tuple[Assumption, ...]]:
    def make(at: Path, table: Mapping[str, Any]) -> tuple[Assumption, ...]:
        facts = ((name, value) for name, value in table.items() if name != "image")
        return tuple(Assumption(table["image"], name, value, file.reading.span((*at, name))) for name, value in facts)

    return make


def _entry(file: File, at: Path, table: Mapping[str, Any]) -> Entry:
    rule = file.reading.context.catalogue.named(table["rule"])
    places_ = {key: table[key] for key in table if key not in ("rule", "reason", "until")}
    span, rule_span = file.reading.span(at), file.reading.span((*at, "rule"))
    name = rule.id if rule else table["rule"]
    return Entry(name, places_, span, rule_span, file.folder, table.get("reason", ""), table.get("until"))
