"""Which packages an image keeps: those that its stages install and that no command of theirs removes again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockguard.common.packages import PackageCall
    from dockguard.formats.dockerfile.commands.installs import Installed
    from dockguard.formats.dockerfile.image import Image


def stays(package: Installed) -> bool:
    """Whether the final stage, or one that it stands on, keeps a package; no where a variable says what is removed."""
    command, call = package.command, package.command.call
    gone = package.image.removed_packages if package.image is not None else None
    if gone is None or not command.is_final or command.step.onbuild or call is None or package.name in gone:
        return False
    return gone.isdisjoint(_groups(call))


@lru_cache(maxsize=8)  # one command may install thousands of packages
def _groups(call: PackageCall) -> frozenset[str]:
    """The names under which apk keeps them together."""
    return frozenset(word.text for word in call.values("virtual"))


def removed(image: Image) -> frozenset[str] | None:
    """The names, groups of apk among them, that commands remove; None where a variable holds some."""
    gone: set[str] = set()
    for step in image.steps:
        for command in step.commands if step.name == "RUN" else ():
            call = command.call
            if call is not None and call.action == "remove":
                if _is_open(call):
                    return None
                gone.update(str(package.name) for package in call.packages)
    return frozenset(gone)


def _is_open(call: PackageCall) -> bool:
    return bool(call.open) or any(not isinstance(package.name, str) for package in call.packages)
