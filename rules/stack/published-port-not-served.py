"""Published ports that nothing in the container listens on."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Published, serving


def check(port: Published) -> Iterator[Finding]:
    """One finding for a port; ranges and other protocols than TCP are left alone."""
    first, last = port.port.target
    if port.stack is None or first != last or port.port.protocol != "tcp":
        return
    found = serving(port.container, port.stack)
    if not found.lacks(first):
        return
    message = f"nothing listens on port {first} of `{port.container.name}`: {found.evidence}"
    notes = (Note(found.span, "the ports are named here"),)
    if found.certain:
        yield Finding(port.span, message, notes)
    elif not found.proxied:
        yield Finding(port.span, message, notes, confidence=Confidence.MEDIUM, why="its program may listen elsewhere")
