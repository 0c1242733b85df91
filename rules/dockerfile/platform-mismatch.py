"""Images that are named after a platform, under a FROM that asks for another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_OWNERS = {  # the owners of Docker's official images for one platform each -> architecture
    "amd64": "amd64",
    "arm32v5": "arm",
    "arm32v6": "arm",
    "arm32v7": "arm",
    "arm64v8": "arm64",
    "i386": "386",
    "mips64le": "mips64le",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
_TAGGED = re.compile(r".*-(amd64|x86_64|arm64|arm64v8|aarch64|ppc64le|s390x|riscv64)")
_FOR_OTHERS = re.compile(r"cross|toolchain|build|sdk")  # images that build for the platform of their tag
_SAME = {"x86_64": "amd64", "aarch64": "arm64", "arm64v8": "arm64"}


def check(stage: Any) -> Iterator[Finding]:
    """By the owner's name, else by the end of the tag."""
    parts = (stage.platform.known or "").lower().split("/")
    if stage.parent is not None or len(parts) < 2 or not stage.image.known:
        return
    made_for, wanted = _architecture(stage.image.known), _SAME.get(parts[1], parts[1])
    if made_for and made_for != wanted:
        message = f"`{stage.image.known}` is made for {made_for}, and FROM asks for `{stage.platform.known}`"
        yield Finding(stage.image.span, message)


def _architecture(image: str) -> str:
    """The one that an image's name says; "" where it says none."""
    name = image.partition("@")[0].removeprefix("docker.io/")
    owner, slash, rest = name.partition("/")
    if slash and owner in _OWNERS and "/" not in rest:
        return _OWNERS[owner]
    last, _, tag = name.rpartition("/")[2].partition(":")
    found = None if _FOR_OTHERS.search(last) else _TAGGED.fullmatch(tag[:128])
    return _SAME.get(found[1], found[1]) if found else ""
