"""The kernel's log in the one program that is made to read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Access


def check(device: Access) -> Iterator[Finding]:
    """One finding for the device."""
    name = (device.service.image.known or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    if name == "cadvisor" and device.name.known == "/dev/kmsg" and not device.service.is_built:
        yield Finding(device.span, f"`{device.service.name}` reads the kernel's log, as cadvisor is made to")
