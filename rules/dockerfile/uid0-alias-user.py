"""Accounts that are root under another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each account."""
    for name in instruction.form.root_accounts:
        yield Finding(name.span, f"account `{name.known}` has number 0: it is root under another name")
