"""Every pattern of the package compiles, and behaves as a compiled one."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re

import pytest

import dockguard
from dockguard.lazy import cached_property, regex

MODULES = [
    module.name
    for module in pkgutil.walk_packages(dockguard.__path__, "dockguard.")
    if not module.name.endswith("__main__")
]


def test_behaves_as_a_compiled_one() -> None:
    lazy = regex(r"(?P<a>x)+", re.I)
    assert lazy.match("XX")
    assert lazy.sub("y", "axxb") == "ayb"
    assert lazy.groupindex == {"a": 1}
    assert [m.end() for m in lazy.finditer("x x")] == [1, 3]
    with pytest.raises(AttributeError):
        lazy.nonsense  # type: ignore[attr-defined]  # noqa: B018


class Counted:
    """A class whose property is worked out once for each instance."""

    calls = 0

    @cached_property
    def value(self) -> int:
        """How often it was worked out."""
        self.calls += 1
        return self.calls


def test_a_property_is_worked_out_once() -> None:
    one, other = Counted(), Counted()
    assert (one.value, one.value, other.value) == (1, 1, 1)
    del one.__dict__["value"]
    assert one.value == 2
    assert isinstance(vars(Counted)["value"], functools.cached_property), "the check language looks for it"


def test_a_property_that_fails_is_asked_again() -> None:
    class Failing:
        @cached_property
        def value(self) -> int:
            raise KeyError("a")

    one = Failing()
    for _ in range(2):
        with pytest.raises(KeyError):
            one.value  # noqa: B018
    assert "value" not in vars(one)


@pytest.mark.parametrize("name", MODULES)
def test_every_pattern_compiles(name: str) -> None:
    for value in vars(importlib.import_module(name)).values():
        if type(value).__name__ == "_Later" and type(value).__module__ == "dockguard.lazy":
            assert value.pattern is not None
