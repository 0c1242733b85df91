"""Images of registries that are not allowed; silent until somebody says which ones are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from dockguard.api import Finding, Note


def check(reference: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By the registry, or by the registry and the beginning of the repository."""
    allowed = options["allowed"]
    if not allowed or not reference.registry:
        return
    path = f"{reference.repository}/"
    if any(fnmatchcase(path, f"{pattern.rstrip('/*')}/*") for pattern in allowed):
        return
    message = f"`{reference.text.known}` comes from `{reference.registry}`, which is not among the allowed registries"
    yield Finding(reference.span, message, tuple(Note(step.span, step.how) for step in reference.text.via or ()))
