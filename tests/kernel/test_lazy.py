"""Every pattern of the package compiles, and behaves as a compiled one."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import dockguard
from dockguard.lazy import regex

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


@pytest.mark.parametrize("name", MODULES)
def test_every_pattern_compiles(name: str) -> None:
    for value in vars(importlib.import_module(name)).values():
        if type(value).__name__ == "_Later" and type(value).__module__ == "dockguard.lazy":
            assert value.pattern is not None
