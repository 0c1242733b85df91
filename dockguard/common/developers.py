"""Which files and stages are there for developers and tests, by their names."""

from __future__ import annotations

from dockguard.lazy import regex

_WORDS = frozenset("dev devel develop development developer devcontainer test tests testing local debug".split())
_PARTS = regex(r"[^a-z]+")
_STAGE = regex(r"(?:dev|test|debug|local)[a-z]*(?:[-_.].*)?", 2)


def stage_for_developers(name: str) -> bool:
    """Whether a build stage is called so: `dev`, `development`, `test-e2e`."""
    return _STAGE.fullmatch(name) is not None


def file_for_developers(path: str) -> bool:
    """Whether a file, or the folder that it lies in, is called so: `Dockerfile.dev`, `.devcontainer/Dockerfile`."""
    folder, _, name = path.lower().rpartition("/")
    return any(word in _WORDS for part in (name, folder.rpartition("/")[2]) for word in _PARTS.split(part))


def overlay_for_developers(path: str) -> bool:
    """Whether a Compose file is called so, or is the overlay that Docker Compose takes in by itself."""
    return "override" in path.rpartition("/")[2] or file_for_developers(path)
