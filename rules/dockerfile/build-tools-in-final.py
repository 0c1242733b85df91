"""Compilers and development files that the built image keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_TOOLS = frozenset(
    "build-essential build-base base-devel gcc g++ gcc-c++ clang llvm make cmake ninja ninja-build autoconf automake "
    "libtool bison flex rustc cargo golang golang-go go default-jdk default-jdk-headless maven gradle ant binutils "
    "kernel-headers linux-headers patch".split()
)
_SUFFIXES = ("-dev", "-devel", "-jdk", "-jdk-headless", "-jdk11", "-jdk17", "-jdk21")
_MOST = 4  # names that one message lists


def check(image: Any) -> Iterator[Finding]:
    """One finding for each command that installs some."""
    if image.is_for_developers:
        return
    by_command: dict[int, tuple[Any, list[str]]] = {}
    for package in image.kept_packages:
        named = package.name in _TOOLS or package.name.endswith(_SUFFIXES)
        if named and not package.language and package.name not in image.started:
            by_command.setdefault(id(package.command), (package.command, []))[1].append(f"`{package.name}`")
    for command, names in by_command.values():
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        verb = "stay" if len(names) > 1 else "stays"
        yield Finding(command.span, f"{', '.join(names[:_MOST])}{more} {verb} in the image, which only a build needs")
