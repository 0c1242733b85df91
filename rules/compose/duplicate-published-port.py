"""Published ports that need the same address and number of the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import ServicePort


def check(port: ServicePort) -> Iterator[Finding]:
    """The later of two, with a note at the earlier."""
    other = port.clash
    if other is None or other.service is None or port.service is None:
        return
    if other.service is port.service and other.span.source is not port.span.source:
        return  # an overlay that adds where it means to replace: another rule says so
    message = f"`{port.service.name}` and `{other.service.name}` both want port {port.published.known} of the machine"
    yield Finding(port.span, message, (Note(other.span, "and this wants it too"),))
