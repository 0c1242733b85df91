"""Records behave as the data classes of the standard library do, for all that we use of them."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import ClassVar, Generic, TypeVar

import pytest

from dockguard import record

T = TypeVar("T")


def classes(module: object) -> list[type]:
    dataclass, field = module.dataclass, module.field  # type: ignore[attr-defined]

    @dataclass(frozen=True)
    class Plain:
        """Doc."""

        a: int
        b: str = "x"
        KIND: ClassVar[str] = "k"

        @cached_property
        def double(self) -> int:
            return self.a * 2

    @dataclass
    class Made(Generic[T]):
        items: list[T] = field(default_factory=list)
        count: int = field(default=0, init=False)
        hidden: int = field(default=1, compare=False, repr=False)

        def __post_init__(self) -> None:
            self.count = len(self.items)

    @dataclass(frozen=True, eq=False)
    class Identity:
        a: int

    @dataclass(frozen=True)
    class Below(Plain):
        c: int = 3

    return [Plain, Made, Identity, Below]


@pytest.mark.parametrize("before", [0, record.EARLY - 2, record.EARLY + 1])
@pytest.mark.parametrize("module", [dataclasses, record])
def test_the_same(module: object, before: int) -> None:
    """Before and after the first instances, of which records make their `__init__`."""
    plain, made, identity, below = classes(module)
    for _ in range(before):
        plain(1), made(), identity(1), below(1)
    assert plain(1) == plain(1, "x") == plain(a=1)
    assert plain(1) != plain(2)
    assert plain(1).__eq__(1) is NotImplemented
    assert hash(plain(1)) == hash(plain(1))
    assert {plain(1): 1}[plain(1)] == 1
    assert repr(plain(1)).endswith("Plain(a=1, b='x')")
    assert plain(3).double == 6
    assert module.replace(plain(1), a=5) == plain(5)  # type: ignore[attr-defined]
    assert [f.name for f in module.fields(below)] == ["a", "b", "c"]  # type: ignore[attr-defined]
    assert below(1).c == 3
    assert below(1, c=4).b == "x"
    assert made().items is not made().items
    assert made([1, 2]).count == 2
    assert made([1], hidden=2) == made([1], hidden=3)
    assert "hidden" not in repr(made())
    assert made([1]) == made([1])
    with pytest.raises(TypeError):
        hash(made())
    assert identity(1) != identity(1)
    match plain(1, "y"):
        case plain(a, b):
            assert (a, b) == (1, "y")
    for wrong in (lambda: plain(), lambda: plain(1, "x", 2), lambda: plain(z=1), lambda: made(count=1)):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        module.replace(plain(1), z=2)  # type: ignore[attr-defined]


def test_the_standard_library_knows_records() -> None:
    plain, made, _, _ = classes(record)
    assert dataclasses.is_dataclass(plain)
    assert [f.name for f in dataclasses.fields(made)] == ["items", "count", "hidden"]
    assert dataclasses.replace(plain(1), b="y") == plain(1, "y")
    assert dataclasses.asdict(plain(1)) == {"a": 1, "b": "x"}
