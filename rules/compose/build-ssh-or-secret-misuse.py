"""Builds that get keys or secrets which they do not use, or which a stranger's Dockerfile could use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Program, Severity

if TYPE_CHECKING:
    from dockguard.api import Build

_REMOTE = re.compile(r"(?:https?|git|ssh|git\+https|git\+ssh)://|git@[\w.-]{1,200}:|github\.com/")


def check(build: Build) -> Iterator[Finding]:
    """What a Dockerfile at a URL may use; then what the Dockerfile here never mounts."""
    of = f"the build of service `{build.service.name}`" if build.service is not None else "the build"
    url = build.context.known or ""
    if _REMOTE.match(url):
        for kind, items in (("the SSH agent or key", build.ssh), ("the secret", build.secrets)):
            for item in items:
                message = f"{of} lends {kind} `{item.known}` to whatever Dockerfile stands at that URL"
                yield Finding(item.span, message, (Note(build.context.span, "the Dockerfile comes from here"),))
        return
    text = _dockerfile(build)
    if text is None:
        return
    for kind, items in (("ssh", build.ssh), ("secret", build.secrets)):
        for item in items if f"type={kind}" not in text else ():
            message = f"no instruction of the Dockerfile mounts {kind} `{item.known}`, which {of} gets"
            yield Finding(item.span, message, severity=Severity.LOW, why="nothing takes it")


def _dockerfile(build: Build) -> str | None:
    """The text of the Dockerfile that is built; None where it is not seen."""
    program = cast("Program | None", build.service.program) if build.service is not None else None
    built = program.container.built if program is not None else None
    return built.span.source.text if built is not None else None
