"""Attributes that are a mapping or a list of `key=value`: environment, labels, build arguments and the like."""

from __future__ import annotations

from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import OPEN, Value, part


def as_pairs(value: Value, separators: str = "=") -> Value:
    """A mapping from names to texts (None: a name without a value), whatever form it is written in."""
    if value.is_list:
        entries: dict[str, Value] = {}
        for item in value.data:
            name, entry = _pair(item, separators)
            if name in entries:
                entry = entry.step(entries[name].place, "overrides this")
            entries[name] = entry
        return value.with_data(entries)
    return value.with_data({name: _text(item) for name, item in value.map.items()})


def _text(item: Value) -> Value:
    return item if item.data is None or isinstance(item.data, str) else item.with_data(go_text(item.data))


def _pair(item: Value, separators: str) -> tuple[str, Value]:
    text = item.text
    at = min((index for separator in separators if (index := text.find(separator)) >= 0), default=-1)
    if at < 0:
        return text, item.with_data(None)
    if item.key is not None:  # made from a mapping's entry
        return text[:at], item.with_data(text[at + 1 :])
    span = part(item, at + 1, len(text))
    key = part(item, 0, at)
    return text[:at], Value(text[at + 1 :], span, None if key == item.span else key, item.via, item.direct)


def is_open_name(name: str) -> bool:
    """Whether a name holds an unset variable."""
    return OPEN in name
