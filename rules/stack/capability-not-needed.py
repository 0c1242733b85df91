"""Capabilities that are added to a known program which makes no use of them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Program


def check(program: Program) -> Iterator[Finding]:
    """One finding for an item of `cap_add`, where the program starts as root; for others another rule speaks."""
    useful = program.useful_capabilities
    if useful is None or not program.starts_as_root:
        return
    listed = ", ".join(sorted(program.capabilities or ())) or "none"
    for item in program.rights.added:
        name = item.known
        if name is None or name == "ALL" or name in useful:
            continue
        message = f"`{program.image.known}` has no use for {name}; it needs {listed}"
        notes = tuple(Note(step.span, step.how) for step in item.via or ())
        why = "a script of yours that is run in it may use it"
        yield Finding(item.span, message, notes, confidence=Confidence.MEDIUM, why=why)
