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


def check(package: Any) -> Iterator[Finding]:
    """Where the image keeps it and does not start it by itself."""
    named = package.name in _TOOLS or package.name.endswith(_SUFFIXES)
    if not named or package.language or package.is_for_developers or not package.stays:
        return
    if package.name not in package.image.started:
        yield Finding(package.span, f"`{package.name}` stays in the image, which only a build needs")
