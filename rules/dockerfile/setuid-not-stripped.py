"""Images on distributions with set-user-id programs that nothing takes the bits from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_WITH_SETUID = frozenset(
    "debian ubuntu fedora centos rockylinux almalinux oraclelinux amazonlinux opensuse/leap opensuse/tumbleweed".split()
)
_TAKES = re.compile(r"[ugoa]*-[rwxt]*s")


def check(image: Any) -> Iterator[Finding]:
    """By the name of the base image, and by any `chmod` or `find` that is about the bits."""
    if image.of_service or not image.has_from:
        return
    bases = [one for one in image.references if one.where == "FROM" and one.is_final]
    if not bases or bases[0].name not in _WITH_SETUID or any(map(_is_about_bits, _commands(image))):
        return
    yield Finding(image.span, f"nothing takes the set-user-id bits from the programs of `{bases[0].name}`")


def _commands(image: Any) -> Iterator[Any]:
    return (command for stage in image.final.chain for command in stage.commands)


def _is_about_bits(command: Any) -> bool:
    if command.name == "find":
        return "-perm" in command.words
    return command.name == "chmod" and any(map(_TAKES.fullmatch, command.words))
