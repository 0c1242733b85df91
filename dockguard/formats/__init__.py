"""The formats, in the order in which they assemble; `FORMATS` is the only list of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from dockguard.formats.base import Format

FORMATS = ("compose", "dockerfile", "nginx")


@cache
def load(names: tuple[str, ...] = FORMATS) -> tuple[Format, ...]:
    """The formats of these names."""
    return tuple(import_module(f"dockguard.formats.{name}").FORMAT for name in names)
