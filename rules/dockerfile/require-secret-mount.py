"""Commands that a team wants with a secret mount; silent until somebody says which ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.api import Finding


def check(command: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By the program and its first words; options of the program may stand between."""
    if not options["commands"] or command.step.name != "RUN":
        return
    words = [command.name, *(word for word in command.words if not word.startswith("-"))]
    wanted = next((one for one in options["commands"] if words[: len(one.split())] == one.split()), None)
    if wanted and not any(mount.type in ("secret", "ssh") for mount in command.step.mounts):
        yield Finding(command.span, f"`{wanted}` runs without a secret mount")
