"""Inherited headers that a block's own `add_header` lines switch off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dockguard.api import Edit, Finding, Fix, Note, Safety, Severity, Span

if TYPE_CHECKING:
    from dockguard.api import Header, Location


def check(location: Location) -> Iterator[Finding]:
    """One finding for a block, at the first line that drops; the lost ones are notes."""
    lost = location.lost_headers
    where = location.losing if lost.items and not lost.open else ()
    if not where:
        return
    own = location.own_headers.items[0]
    names = ", ".join(dict.fromkeys(f"`{header.name}`" for header in lost))
    notes = tuple(Note(header.span, "set here") for header in lost)
    weak = None if any(header.security for header in lost) else Severity.LOW
    why = "" if weak is None else "none of them carries security policy"
    message = f"this drops the inherited {names}"
    if where != (location,):
        message += f" in {', '.join(map(str, where[:6]))}"
    yield Finding(own.span, message, notes[:8], _fix(own, lost), weak, why=why)


def _fix(own: Header, lost: Iterable[Header]) -> Fix | None:
    """The lost lines again, above the first own one."""
    place = own.span
    if place.source.lossy or place.source.origin:
        return None
    line = place.source.text.rfind("\n", 0, place.start) + 1
    indent = place.source.text[line : place.start]
    if indent.strip():
        return None
    copied = "".join(f"{header.span.text};\n{indent}" for header in lost if header.directive.verbatim)
    edit = Edit(Span(place.source, place.start, place.start), copied)
    return Fix("repeat the inherited headers", (edit,), Safety.UNSAFE)
