"""Which packages an image keeps: those that its stages install and that no command of theirs removes again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.commands.installs import Installed

if TYPE_CHECKING:
    from dockguard.common.packages import PackageCall
    from dockguard.formats.dockerfile.image import Image


def kept(image: Image) -> Iterator[Installed]:
    """Of the final stage and those that it stands on; nothing where only the run time knows what is removed."""
    gone = _removed(image)
    if gone is None:
        return
    for package in image.packages:
        command, call = package.command, package.command.call
        if not command.is_final or command.step.onbuild or call is None:
            continue
        groups = {word.text for word in call.values("virtual")}
        if package.name not in gone and gone.isdisjoint(groups):
            yield package


def _removed(image: Image) -> set[str] | None:
    """The names, groups of apk among them, that commands remove; None where a variable holds some."""
    gone: set[str] = set()
    for step in image.steps:
        for command in step.commands if step.name == "RUN" else ():
            call = command.call
            if call is not None and call.action == "remove":
                if _is_open(call):
                    return None
                gone.update(str(package.name) for package in call.packages)
    return gone


def _is_open(call: PackageCall) -> bool:
    return bool(call.open) or any(not isinstance(package.name, str) for package in call.packages)
