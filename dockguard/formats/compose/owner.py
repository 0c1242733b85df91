"""How a service is read: what its attributes have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dockguard.formats.compose.text.tree import Path, Value
from dockguard.formats.compose.view import View, many, open_items
from dockguard.record import dataclass
from dockguard.source import Many

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Project, Service

V = TypeVar("V", bound=View)


@dataclass(frozen=True, eq=False)
class Owner(View):
    """A service by its name, and the ways to its attributes."""

    name: str = ""
    project: Project | None = None

    @property
    def _service(self) -> Service:
        return cast("Service", self)

    def _has(self, name: str) -> bool:
        value = self._get(name)
        return value is not None and value.data is not None

    def _part(self, name: str) -> tuple[Value, Path, str, bool]:
        value = self._get(name)
        if value is None or not value.is_map:
            return Value({}, self.span), (*self.path, name), self.open, self.direct
        return value, (*self.path, name), "", self.direct and value.direct

    def _items(self, name: str) -> Iterator[tuple[Value, Path, bool]]:
        """The mappings of a list, with paths, and whether they may be edited."""
        value = self._get(name)
        for index, item in enumerate(value.list if value is not None else ()):
            if item.is_map and value is not None:
                yield item, (*self.path, name, str(index)), self.direct and value.direct

    def _nodes(self, name: str, make: Callable[..., V], *more: Any) -> list[V]:
        return [make(item, path, "", direct, *more) for item, path, direct in self._items(name)]

    def _many(self, name: str, make: Callable[..., V]) -> Many[V]:
        value = self._get(name)
        if value is None:
            return Many((), self.span, self.open)
        return many(self._nodes(name, make), value, self.open or open_items(value.list))
