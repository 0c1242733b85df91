"""Flags of `bundle install` that Bundler has replaced by settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

# Bundler's UPGRADING.md: the flags that were remembered.
_FLAGS = frozenset(
    "--binstubs --clean --deployment --frozen --no-prune --path --shebang --system --trust-policy --with "
    "--without".split()
)


def check(command: Any) -> Iterator[Finding]:
    """The first such flag of a `bundle install`."""
    if command.action != "sync":
        return
    flags = (word.partition("=")[0] for word in command.words)
    flag = next((flag for flag in flags if flag in _FLAGS), None)
    if flag:
        yield Finding(command.span, f"`{flag}` of `bundle install` has become a setting")
