"""Labels that a team has not agreed on; silent until somebody says which ones it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from dockguard.api import Finding


def check(env: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By the key; one that a variable decides is not judged."""
    allowed = options["allowed"]
    if allowed and "$" not in env.name_span.text and not any(fnmatchcase(env.name, one) for one in allowed):
        yield Finding(env.span, f"`{env.name}` is not among the allowed labels")
