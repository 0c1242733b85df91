"""Images that start only the shell of a distribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_SHELLS = frozenset(
    "almalinux alpine amazonlinux archlinux busybox centos clearlinux debian fedora oraclelinux photon rockylinux "
    "ubuntu".split()
)


def check(image: Any) -> Iterator[Finding]:
    """By the name of the base image."""
    if image.of_service or not image.has_from or image.entrypoint.written or image.cmd.written:
        return
    bases = [one for one in image.references if one.where == "FROM" and one.is_final]
    if bases and bases[0].name in _SHELLS:
        yield Finding(image.span, f"there is no CMD and no ENTRYPOINT, and `{bases[0].name}` only starts a shell")
