"""Python siblings of pages: loaded by path, never imported by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import FunctionType
from typing import Any

from dockguard.finding import Finding
from dockguard.pack.page import Page


def coded(page: Page, sibling: Path) -> Callable[[Any, Mapping[str, Any]], Iterator[Finding]]:
    """The sibling's `check(node)` or `check(node, options)`; raises BadRule when it has none."""
    check = load(page, sibling)
    if _parameters(check) > 1:
        return check
    return lambda node, options: check(node)


def _parameters(function: Callable[..., Any]) -> int:
    """How many arguments a function takes; `inspect`, which costs as much as a small run, is for odd ones."""
    if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
        return function.__code__.co_argcount
    import inspect

    return len(inspect.signature(function).parameters)


def load(page: Page, sibling: Path) -> Callable[..., Iterator[Finding]]:
    """The function; the module's own errors come through."""
    name = "dockguard_rule_" + "".join(c if c.isalnum() else "_" for c in f"{sibling.parent.name}_{sibling.stem}")
    spec = spec_from_file_location(name, sibling)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    check: Callable[..., Iterator[Finding]] | None = getattr(module, "check", None)
    if check is None:
        raise page.fault("title", f"{sibling.name} has no function `check`")
    return check
