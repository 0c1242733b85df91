"""Copies of files for builders, editors and CI into the built image."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from dockguard.api import Finding

_NAMES = (
    "Dockerfile",
    "Containerfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
    ".vscode",
    ".idea",
    ".devcontainer",
    ".github",
    ".gitlab-ci.yml",
    ".travis.yml",
    ".circleci",
    "Jenkinsfile",
    ".vimrc",
    ".DS_Store",
    "Thumbs.db",
    ".cache",
    ".npm",
    ".pytest_cache",
    ".mypy_cache",
    "__pycache__",
)
_FORMS = ("Dockerfile.*", "*.Dockerfile", "docker-compose.*.yml", "compose.*.yml", "*.swp", "*~")
_MOST = 3  # names that one message lists


def check(copy: Any) -> Iterator[Finding]:
    """By the last part of the source; of the whole context by what lies at its top."""
    if copy.kind != "context" or not copy.is_final or copy.step.onbuild or not copy.source.known:
        return
    context = copy.step.stage.context
    if copy.is_whole_context:
        names = [name for name in _NAMES if context.entry(name) and not context.ignored(name)]
    else:
        names = [copy.source.known.rstrip("/").rpartition("/")[2]]
        if not _is_useless(names[0]) or context.ignored(copy.source.known.strip("/").removeprefix("./")):
            return
    if names:
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        listed = ", ".join(f"`{name}`" for name in names[:_MOST])
        yield Finding(copy.span, f"the image gets {listed}{more}, which it does not need")


def _is_useless(name: str) -> bool:
    return name in _NAMES or any(fnmatchcase(name, form) for form in _FORMS)
