"""Secrets and configs that are declared and given to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Undecided

if TYPE_CHECKING:
    from dockguard.api import Project


def check(project: Project) -> Iterator[Finding]:
    """One finding for each; what a build may read is used, too, and so is what the base uses without its overlay."""
    used = _used(project) | (_used(project.base) if project.base is not None else set())
    why = next((service.open for service in project.services if service.open), project.services.open)
    for file in (*project.secrets, *project.configs):
        if (file.kind, file.name) in used:
            continue
        if why or (file.kind, None) in used:
            raise Undecided(why or "a name is an unset variable")
        yield Finding(file.span, f"no service uses {file.kind} `{file.name}`")


def _used(project: Project) -> set[tuple[str | None, str | None]]:
    """Kind and name of what services mount and builds read."""
    mounts = {(use.type.known, use.source.known) for service in project.services for use in service.mounts}
    builds = [service.build for service in project.services if service.build is not None]
    return mounts | {("secret", secret.known) for build in builds for secret in build.secrets}
