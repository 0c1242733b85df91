"""Docker Compose's own JSON schema over placed values: unknown keys, wrong types, missing keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from math import isfinite
from pathlib import Path as FilePath
from typing import Any

from dockguard.formats.compose.text.scalars import Moment
from dockguard.formats.compose.text.tree import OPEN, Path, Value, is_unknown
from dockguard.record import dataclass

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Invalid:
    """One place that the schema refuses. `kind` is unknown-key, type, missing, value or duplicate."""

    value: Value
    path: Path
    message: str
    kind: str
    near: str = ""  # for an unknown key: the key that was meant


@cache
def schema() -> Schema:
    """The schema inside of Docker Compose (see `$comment` for its source)."""
    import json

    text = FilePath(__file__).with_name("schema.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z") if pattern.endswith("$") else pattern)


def validate(value: Value, at: Schema | None = None, path: Path = ()) -> Iterator[Invalid]:
    """What the schema refuses in a model, or in a part of one."""
    yield from _Validator().check(value, at if at is not None else schema(), path)


class _Validator:
    def check(self, value: Value, rule: Schema, path: Path) -> Iterator[Invalid]:
        if "$ref" in rule:
            yield from self.check(value, schema()["$defs"][rule["$ref"].rpartition("/")[2]], path)
            return
        if is_unknown(value.data):
            return
        if isinstance(value.data, float) and not isfinite(value.data):
            yield Invalid(value, path, f"{_dotted(path)} must be a finite number", "value")
            return
        if "oneOf" in rule:
            yield from self.one_of(value, rule["oneOf"], path)
            return
        wrong = _wrong_type(value, rule) or _dated(value, rule)
        if wrong:
            yield Invalid(value, path, f"{_dotted(path)} {wrong}", "type")
            return
        yield from _limits(value, rule, path)
        if value.is_map:
            yield from self.mapping(value, rule, path)
        elif value.is_list:
            yield from self.sequence(value, rule, path)

    def one_of(self, value: Value, branches: list[Schema], path: Path) -> Iterator[Invalid]:
        """The errors of the branch that fits best: the first one of the right type."""
        found: list[Invalid] = []
        for branch in branches:
            errors = list(self.check(value, branch, path))
            if not errors:
                return
            fits = not any(error.kind == "type" and error.path == path for error in errors)
            if fits or not found:
                found = errors
            if fits:
                break
        if all(error.kind == "type" and error.path == path for error in found):
            expected = " or ".join(dict.fromkeys(name for branch in branches for name in _types(branch)))
            yield Invalid(value, path, f"{_dotted(path)} must be a {expected}", "type")
        else:
            yield from found

    def mapping(self, value: Value, rule: Schema, path: Path) -> Iterator[Invalid]:
        for name in rule.get("required", ()):
            if name not in value.map:
                yield Invalid(value, path, f"{_dotted(path)} lacks `{name}`", "missing")
        if "anyOf" in rule and not any(set(option["required"]) <= set(value.map) for option in rule["anyOf"]):
            yield Invalid(value, path, f"{_dotted(path)} lacks a needed key", "missing")
        properties, patterns, closed = _members(rule)
        first = _version_1(value) if not path else None
        if first is not None:
            why = "`services` is missing; this is the format of Compose 1"
            yield Invalid(first[1], (first[0],), why, "unknown-key")
            return
        for name, item in value.map.items():
            yield from self.entry(name, item, properties, patterns, closed, path)

    def entry(
        self, name: str, item: Value, properties: Schema, patterns: Schema, closed: bool, path: Path
    ) -> Iterator[Invalid]:
        known = False
        if name in properties:
            known = True
            yield from self.check(item, properties[name], (*path, name))
        for pattern, rule in patterns.items():
            if _regex(pattern).search(name):
                known = True
                if rule:
                    yield from self.check(item, rule, (*path, name))
        if not known and closed:
            yield _unknown(name, item, properties, path)

    def sequence(self, value: Value, rule: Schema, path: Path) -> Iterator[Invalid]:
        items = rule.get("items")
        if items is not None:
            for index, item in enumerate(value.data):
                yield from self.check(item, items, (*path, str(index)))
        if rule.get("uniqueItems"):
            yield from _duplicates(value, path)


@cache
def _all_of(name: str) -> tuple[Schema, Schema]:
    """The properties and patterns of a definition, with those of the definitions it is made of."""
    rule = schema()["$defs"][name]
    properties, patterns = dict(rule.get("properties", {})), dict(rule.get("patternProperties", {}))
    for part in rule.get("allOf", ()):
        more = _all_of(part["$ref"].rpartition("/")[2])
        properties, patterns = {**more[0], **properties}, {**more[1], **patterns}
    return properties, patterns


def _members(rule: Schema) -> tuple[Schema, Schema, bool]:
    properties, patterns = rule.get("properties", {}), rule.get("patternProperties", {})
    for part in rule.get("allOf", ()):
        more = _all_of(part["$ref"].rpartition("/")[2])
        properties, patterns = {**more[0], **properties}, {**more[1], **patterns}
    closed = rule.get("additionalProperties") is False or rule.get("unevaluatedProperties") is False
    return properties, patterns, closed


def _version_1(whole: Value) -> tuple[str, Value] | None:
    """The first service of a file whose services stand at the top level."""
    if "services" in whole.map:
        return None
    named = ((name, item) for name, item in whole.map.items() if not name.startswith("x-") and item.is_map)
    return next(((name, item) for name, item in named if {"image", "build"} & set(item.map)), None)


def _unknown(name: str, item: Value, properties: Schema, path: Path) -> Invalid:
    near = nearest(name, properties)
    hint = f"; did you mean `{near}`?" if near else ""
    where = _dotted(path) if path else "the top level"
    return Invalid(item, (*path, name), f"{where} has no `{name}`{hint}", "unknown-key", near)


def nearest(name: str, known: Schema) -> str:
    """The known key that somebody meant; "" when none is near."""
    plain = name.lower().replace("-", "_")
    if plain in known:
        return plain
    from difflib import get_close_matches

    return next(iter(get_close_matches(plain[:60], known, 1, 0.75)), "")


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}
_WORDS = {"object": "mapping", "array": "list"}


def _types(rule: Schema) -> list[str]:
    if "$ref" in rule:
        return _types(schema()["$defs"][rule["$ref"].rpartition("/")[2]])
    if "oneOf" in rule:
        return [name for branch in rule["oneOf"] for name in _types(branch)]
    types = rule.get("type", [])
    return [_WORDS.get(name, name) for name in ([types] if isinstance(types, str) else types)]


def _wrong_type(value: Value, rule: Schema) -> str:
    types = rule.get("type")
    if types is None and "allOf" in rule:
        types = schema()["$defs"][rule["allOf"][0]["$ref"].rpartition("/")[2]].get("type")
    if types is None:
        return ""
    names = [types] if isinstance(types, str) else types
    if any(_is_type(value.data, name) for name in names):
        return ""
    return "must be a " + " or ".join(_WORDS.get(name, name) for name in names)


def _dated(value: Value, rule: Schema) -> str:
    """Docker Compose reads a date without quotes as a string in mappings that take any scalar, and nowhere else."""
    if not isinstance(value.data, Moment) or (value.key is not None and "number" in rule.get("type", ())):
        return ""
    return "must be a string: a date needs quotes" if "type" in rule else ""


def _is_type(data: Any, name: str) -> bool:
    if isinstance(data, bool):
        return name == "boolean"
    if name == "integer" and isinstance(data, float):
        return data.is_integer()
    return isinstance(data, _TYPES[name])


def _limits(value: Value, rule: Schema, path: Path) -> Iterator[Invalid]:
    data = value.data
    if "enum" in rule and data is not None and data not in rule["enum"]:
        words = ", ".join(str(word) for word in rule["enum"])
        yield Invalid(value, path, f"{_dotted(path)} must be one of {words}", "value")
    if "pattern" in rule and isinstance(data, str) and not _regex(rule["pattern"]).search(data):
        yield Invalid(value, path, f"{_dotted(path)} does not match pattern {rule['pattern']}", "value")
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        if data < rule.get("minimum", data):
            yield Invalid(value, path, f"{_dotted(path)} must be at least {rule['minimum']}", "value")
        if data > rule.get("maximum", data):
            yield Invalid(value, path, f"{_dotted(path)} must be at most {rule['maximum']}", "value")


def _duplicates(value: Value, path: Path) -> Iterator[Invalid]:
    seen: dict[Any, int] = {}
    for index, item in enumerate(value.data):
        key = _frozen(item.plain())
        if key in seen and OPEN not in str(key):
            message = f"{_dotted(path)} items {seen[key]} and {index} are equal"
            yield Invalid(item, (*path, str(index)), message, "duplicate")
        seen.setdefault(key, index)


def _frozen(data: Any) -> Any:
    if isinstance(data, dict):
        return ("map", frozenset((name, _frozen(item)) for name, item in data.items()))
    if isinstance(data, list):
        return ("list", tuple(_frozen(item) for item in data))
    return (isinstance(data, bool), data)


def _dotted(path: Path) -> str:
    return ".".join(path) or "the file"
