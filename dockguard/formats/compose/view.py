"""From placed values to facts: what the typed model is made with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any, TypeVar

from dockguard.formats.compose.text.scalars import go_text, to_bool, to_bytes, to_duration, to_float, to_int
from dockguard.formats.compose.text.tree import CLOSE, OPEN, Path, Value, is_unknown, shown, unknown_names
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown, absent

T = TypeVar("T")


def why(text: str) -> str:
    """Why a string is unknown: `${TAG}` is not set."""
    names = list(dict.fromkeys(unknown_names(text)))
    listed = ", ".join(f"`${{{name}}}`" for name in names)
    return f"{listed} {'is' if len(names) == 1 else 'are'} not set"


@dataclass(frozen=True, eq=False)
class View:
    """A mapping of the model as a node: its value, its path, and why more may be in it that nobody sees."""

    value: Value
    path: Path
    open: str = ""
    direct: bool = True  # nothing above it came through an alias or a merge key

    @property
    def span(self) -> Span:
        """Where it begins to be."""
        return self.value.key or self.value.span

    @property
    def subject(self) -> str:
        """Its address in the project."""
        return ".".join(self.path)

    def _get(self, *names: str) -> Value | None:
        return self.value.get(*names)

    def _fact(self, names: str, convert: Callable[[Any], T]) -> Fact[T]:
        return fact(self._get(*names.split(".")), self.span, convert, self.open)

    def _text(self, names: str) -> Fact[str]:
        return self._fact(names, go_text)

    def _bool(self, names: str) -> Fact[bool]:
        return self._fact(names, as_bool)

    def _texts(self, names: str) -> Many[Fact[str]]:
        return texts(self._get(*names.split(".")), self.span, self.open)


def fact(value: Value | None, where: Span, convert: Callable[[Any], T], open_: str = "") -> Fact[T]:
    """A value as a fact; what cannot be converted is unknown, what nobody wrote is absent."""
    if value is None or value.data is None:
        return Fact(Unknown(open_), where) if open_ else absent(where)
    if is_unknown(value.data):
        return Fact(Unknown(why(value.data)), value.place, value.via)
    try:
        return Fact(convert(value.data), value.place, value.via)
    except (ValueError, TypeError, OverflowError):  # the last of infinity as an integer
        return Fact(Unknown("Docker Compose cannot read it"), value.place, value.via)


def item_fact(value: Value) -> Fact[str]:
    """An item of a list, placed at itself."""
    data: Any = Unknown(why(value.data)) if is_unknown(value.data) else go_text(value.data)
    return Fact(data, value.span, value.via)


def texts(value: Value | None, where: Span, open_: str = "") -> Many[Fact[str]]:
    """A list of strings, or a single one; an item that is one unset variable makes it open."""
    if value is None or value.data is None:
        return Many((), where, open_)
    items = value.list if value.is_list else [value] if not value.is_map else []
    return many((item_fact(item) for item in items if not only_variable(item)), value, open_ or open_items(items))


def many(items: Iterable[T], value: Value, open_: str = "") -> Many[T]:
    """A collection placed at its key."""
    return Many(tuple(items), value.key or value.span, open_)


def only_variable(item: Value) -> bool:
    """Whether an item is nothing but one unset variable, which may hold anything."""
    text = item.data
    return isinstance(text, str) and text.startswith(OPEN) and text.endswith(CLOSE) and text.count(OPEN) == 1


def open_items(items: Iterable[Value]) -> str:
    """Why a list may hold more: an item of it is an unset variable."""
    return next((why(item.data) for item in items if only_variable(item)), "")


def as_bool(data: Any) -> bool:
    """A boolean field."""
    return data if isinstance(data, bool) else to_bool(str(data))


def as_int(data: Any) -> int:
    """A number field."""
    return to_int(data) if isinstance(data, str) else int(data)


def as_float(data: Any) -> float:
    """A number field that may have a fraction; raises ValueError for what is not finite."""
    number = to_float(data) if isinstance(data, str) else float(data)
    if not isfinite(number):
        raise ValueError(f"{number} is out of range")
    return number


def as_bytes(data: Any) -> int:
    """A size in bytes."""
    return to_bytes(data) if isinstance(data, str) else int(data)


def as_seconds(data: Any) -> float:
    """A duration in seconds."""
    return to_duration(str(data)) / 1e9


def as_words(data: Any) -> tuple[str, ...]:
    """A command as words."""
    from dockguard.formats.compose.loading.shellwords import split

    if isinstance(data, str):
        return tuple(split(data))
    items = [item.data if isinstance(item, Value) else item for item in data]
    unknown = [item for item in items if is_unknown(item)]
    if unknown:
        raise ValueError(why(unknown[0]))
    return tuple(go_text(item) for item in items)


def readable(value: Value | None) -> str:
    """A string as people write it, with its unset variables."""
    return "" if value is None else shown(value.text)
