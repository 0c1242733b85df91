"""apk packages that the same RUN adds by their names and deletes by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(instruction: Any) -> Iterator[Finding]:
    """At the `apk add`, where two or more of its packages are deleted again."""
    calls = [(command, command.call) for command in instruction.commands if command.manager == "apk"]
    gone = {package.name for _, call in calls if call.action == "remove" for package in call.packages}
    for command, call in calls if gone else ():
        if call.action == "install" and not any(call.values("virtual")):
            names = [package.name for package in call.packages if package.name in gone]
            if len(names) > 1:
                yield Finding(
                    command.span, f"{len(names)} packages are added and deleted by their names: a group has one name"
                )
