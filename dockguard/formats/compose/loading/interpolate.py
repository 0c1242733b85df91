"""Variables in strings: `$V`, `${V:-x}`, `${V:?x}`, `${V:+x}`, `$$` and so on, and the fields that are then cast."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from dockguard.formats.compose.text.scalars import to_bool, to_float, to_int
from dockguard.formats.compose.text.tree import CLOSE, OPEN, Path, Table, Value, is_unknown, unknown_names
from dockguard.record import dataclass
from dockguard.source import Span, Via

MAX_TEXT = 1 << 20  # a template must not grow without bound


class BadTemplate(ValueError):
    """A template that Docker Compose refuses; `variable` where a required one is missing."""

    def __init__(self, message: str, variable: str = "") -> None:
        super().__init__(message)
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value and where it is set; `span` is None for the process environment."""

    value: str
    span: Span | None = None


@dataclass(frozen=True)
class Scope:
    """The variables that a file sees. `open`: unset ones are unknown, for somebody may set them at run time."""

    variables: Mapping[str, Variable]
    open: bool = False

    def get(self, name: str) -> str | None:
        """A variable's value."""
        variable = self.variables.get(name)
        return None if variable is None else variable.value

    def with_below(self, more: Mapping[str, Variable]) -> Scope:
        """This scope over further variables that it does not set."""
        return Scope({**more, **self.variables}, self.open)

    def with_above(self, more: Mapping[str, Variable]) -> Scope:
        """Further variables over this scope."""
        return Scope({**self.variables, **more}, self.open)


@cache
def _pattern() -> re.Pattern[str]:
    # compose-go's template: greedy to the last brace, then cut at the first balanced one.
    name = r"[_a-z][_a-z0-9]*"
    return re.compile(
        rf"\$(?:(?P<escaped>\$)|(?P<named>{name})|\{{(?:(?P<braced>{name}(?::?[-+?](?:.*))?)\}}|(?P<invalid>)))",
        re.IGNORECASE | re.ASCII,
    )


def substitute(template: str, scope: Scope, used: list[str] | None = None, level: int = 0) -> str:
    """A string with its variables replaced; raises BadTemplate. `used` collects the variables that gave a value."""
    if "$" not in template:
        return template
    if level > 50:
        raise BadTemplate("variables are nested too deeply")
    out: list[str] = []
    at = 0
    for match in _pattern().finditer(template):
        out += [template[at : match.start()], _replace(match[0], template, scope, used, level)]
        at = match.end()
    out.append(template[at:])
    text = "".join(out)
    if len(text) > MAX_TEXT:
        raise BadTemplate("variables make a text of more than 1 MiB")
    return text


def _replace(part: str, template: str, scope: Scope, used: list[str] | None, level: int) -> str:
    head, rest = _split(part)
    match = _pattern().match(head)
    if match is None or (not match["escaped"] and not match["named"] and not match["braced"]):
        raise BadTemplate(f"invalid interpolation format: {template[:80]!r}")
    if match["escaped"]:
        return "$"
    if match["named"]:
        return _lookup(match["named"], scope, used) + rest
    value = _braced(match["braced"], scope, used, level)
    return value + substitute(rest, scope, used, level + 1)


def _split(part: str) -> tuple[str, str]:
    """Up to the brace that closes the first one, and what the greedy match took beyond it."""
    level, index = 0, 0
    while index < len(part):
        if part[index] == "}":
            level -= 1
            if level == 0:
                return part[: index + 1], part[index + 1 :]
        elif part[index] == "{":
            level += 1
            index += 1  # as Docker Compose does: the character behind a brace does not count
        index += 1
    return part, ""


def _lookup(name: str, scope: Scope, used: list[str] | None) -> str:
    value = scope.get(name)
    if value is not None:
        if used is not None:
            used.append(name)
        return value
    return f"{OPEN}{name}{CLOSE}" if scope.open else ""


def _braced(body: str, scope: Scope, used: list[str] | None, level: int) -> str:
    match = re.match(r"([_a-zA-Z][_a-zA-Z0-9]*)(:?[-+?])?(.*)\Z", body, re.ASCII | re.DOTALL)
    assert match is not None
    name, operator, word = match[1], match[2] or "", match[3]
    if not operator:
        return _lookup(name, scope, used)
    value = scope.get(name)
    present = value is not None and (bool(value) or operator[0] != ":")
    if operator[-1] == "+":
        return _alternative(name, word, value, present, scope, used, level)
    if present:
        return _lookup(name, scope, used)
    if operator[-1] == "-":
        return substitute(word, scope, used, level + 1)
    if scope.open and value is None:
        return f"{OPEN}{name}{CLOSE}"
    reason = substitute(word, Scope(scope.variables), None, level + 1)
    raise BadTemplate(f"required variable {name} is missing a value{': ' + reason if reason else ''}", name)


def _alternative(
    name: str, word: str, value: str | None, present: bool, scope: Scope, used: list[str] | None, level: int
) -> str:
    if present:
        return substitute(word, scope, used, level + 1)
    return f"{OPEN}{name}{CLOSE}" if scope.open and value is None else value or ""


_SERVICE_CASTS: dict[str, Callable[[str], Any]] = {
    "cpu_count": to_int,
    "cpu_percent": to_float,
    "cpu_period": to_int,
    "cpu_quota": to_int,
    "cpu_rt_period": to_int,
    "cpu_rt_runtime": to_int,
    "cpus": to_float,
    "cpu_shares": to_int,
    "init": to_bool,
    "depends_on.*.required": to_bool,
    "depends_on.*.restart": to_bool,
    "deploy.replicas": to_int,
    "deploy.update_config.parallelism": to_int,
    "deploy.update_config.max_failure_ratio": to_float,
    "deploy.rollback_config.parallelism": to_int,
    "deploy.rollback_config.max_failure_ratio": to_float,
    "deploy.restart_policy.max_attempts": to_int,
    "deploy.placement.max_replicas_per_node": to_int,
    "healthcheck.retries": to_int,
    "healthcheck.disable": to_bool,
    "oom_kill_disable": to_bool,
    "oom_score_adj": to_int,
    "pids_limit": to_int,
    "ports.*.target": to_int,
    "privileged": to_bool,
    "read_only": to_bool,
    "scale": to_int,
    "stdin_open": to_bool,
    "tty": to_bool,
    "ulimits.*": to_int,
    "ulimits.*.hard": to_int,
    "ulimits.*.soft": to_int,
    "volumes.*.read_only": to_bool,
    "volumes.*.volume.nocopy": to_bool,
}
_CASTS: dict[str, Callable[[str], Any]] = {
    "networks.*.external": to_bool,
    "networks.*.internal": to_bool,
    "networks.*.attachable": to_bool,
    "networks.*.enable_ipv4": to_bool,
    "networks.*.enable_ipv6": to_bool,
    "volumes.*.external": to_bool,
    "secrets.*.external": to_bool,
    "configs.*.external": to_bool,
}


@cache
def _casts() -> Table:
    """compose-go's `interpolateTypeCastMapping`: strings in these fields become booleans and numbers."""
    services = {f"services.*.{path}": cast for path, cast in _SERVICE_CASTS.items()}
    hooks = {f"services.*.pre_start.*.{path}": cast for path, cast in _SERVICE_CASTS.items()}
    return Table.of({**services, **hooks, **_CASTS})


class Interpolation:
    """One file's walk. `refuse(value, path, message)` is told what Docker Compose would stop at."""

    def __init__(self, scope: Scope, refuse: Callable[[Value, Path, str], None]) -> None:
        self.scope = scope
        self.refuse = refuse
        self.required: list[tuple[str, Value]] = []

    def __call__(self, value: Value) -> Value:
        """The value with every string in it interpolated; keys are not."""
        return self._visit(value, (), _casts())

    def _visit(self, value: Value, path: Path, table: Table | None) -> Value:
        data = value.data
        if isinstance(data, str):
            return self._string(value, path, table.entry if table is not None else None)
        if type(data) is dict:
            return self._mapping(value, path, table)
        return self._items(value, path, table) if type(data) is list else value

    def _mapping(self, value: Value, path: Path, table: Table | None) -> Value:
        changed = {}
        for name, item in value.data.items():
            new = self._visit(item, (*path, name), table.down(name) if table is not None else None)
            if new is not item:
                changed[name] = new
        return value.with_data({**value.data, **changed}) if changed else value

    def _items(self, value: Value, path: Path, table: Table | None) -> Value:
        down = table.star if table is not None else None
        new = [self._visit(item, (*path, str(index)), down) for index, item in enumerate(value.data)]
        if all(one is other for one, other in zip(new, value.data, strict=True)):
            return value
        return value.with_data(new)

    def _string(self, value: Value, path: Path, cast: Callable[[str], Any] | None) -> Value:
        text = self._expand(value, path) if "$" in value.data else value
        if cast is None or is_unknown(text.data):
            return text
        try:
            return text.with_data(cast(text.data))
        except ValueError as error:
            self.refuse(value, path, f"failed to cast to expected type: {error}")
            return text

    def _expand(self, value: Value, path: Path) -> Value:
        used: list[str] = []
        try:
            text = substitute(value.data, self.scope, used)
        except BadTemplate as error:
            if error.variable:
                self.required.append((error.variable, value))
            self.refuse(value, path, str(error))
            return value.with_data(f"{OPEN}{error.variable or '?'}{CLOSE}")
        if self.scope.open and "?" in value.data:
            self._note_required(value, text)
        new = Value(text, value.span, value.key, value.via, value.direct and text == value.data)
        return _traced(new, used, self.scope)

    def _note_required(self, value: Value, text: str) -> None:
        for name in dict.fromkeys(unknown_names(text)):
            if _requires(value.data, name):
                self.required.append((name, value))


def _requires(template: str, name: str) -> bool:
    """Whether a template says `${NAME:?…}` or `${NAME?…}`."""
    return f"${{{name}:?" in template or f"${{{name}?" in template


def _traced(value: Value, used: list[str], scope: Scope) -> Value:
    for name in dict.fromkeys(used):
        span = scope.variables[name].span
        if span is not None:
            value = Value(
                value.data, value.span, value.key, Via(span, f"`{name}` is set here", value.via), value.direct
            )
    return value
