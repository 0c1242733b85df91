"""Base images of compilers and SDKs under images that run a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_SDKS = {  # image -> the programs that need it
    "golang": "go air",
    "rust": "cargo rustc",
    "gcc": "gcc g++ make",
    "buildpack-deps": "gcc make",
    "maven": "mvn",
    "gradle": "gradle gradlew",
    "haskell": "ghc cabal stack",
    "mcr.microsoft.com/dotnet/sdk": "watch run test",
    "mcr.microsoft.com/dotnet/core/sdk": "watch run test",
}
_VARIANTS = {  # image -> (what its tag says of tools, what it says where they are missing)
    "nvidia/cuda": ("devel", "runtime"),
    "eclipse-temurin": ("", "jre"),
    "swift": ("", "slim"),
}
_COMPILERS = ("nvcc", "javac", "jshell", "swift")


def check(image: Any) -> Iterator[Finding]:
    """At the FROM that names the base image."""
    if image.is_for_developers or not (image.entrypoint.written or image.cmd.written):
        return
    for reference in image.references:
        if reference.where == "FROM" and reference.is_final and _has_tools(reference, image.started):
            yield Finding(reference.span, f"`{reference.text.known}` is made to build programs, not to run them")


def _has_tools(reference: Any, started: frozenset[str]) -> bool:
    if reference.name in _SDKS:
        return started.isdisjoint(_SDKS[reference.name].split())
    if reference.name not in _VARIANTS or not reference.tag.known or not started.isdisjoint(_COMPILERS):
        return False
    tools, none = _VARIANTS[reference.name]
    return tools in reference.tag.known and none not in reference.tag.known
