"""Capabilities that are added to processes which are not root, and so never hold them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Program

_CARRIES = "a program of the image may carry it as a file, and then is not run without"


def check(program: Program) -> Iterator[Finding]:
    """Sure where nothing in the image can give it back; less sure where only `no-new-privileges` is known."""
    rights = program.rights
    items = [item for item in rights.added if item.known and item.known != "ALL"]
    if not items or rights.privileged or program.starts_as_root:
        return
    sealed, user = rights.no_new_privileges.value is True, program.starts_as.known
    if user is None or not (sealed or program.carries_no_more):
        return
    end = " and cannot gain privileges" if sealed else ""
    for item in items:
        if item.known in program.carried:
            continue
        message = f"{item.known} has no effect: service `{program.name}` runs as `{user.name}`{end}"
        notes = (*(Note(step.span, step.how) for step in item.via or ()), *_whose(program))
        if program.carries_no_more:
            yield Finding(item.span, message, notes)
        else:
            yield Finding(item.span, message, notes, confidence=Confidence.MEDIUM, why=_CARRIES)


def _whose(program: Program) -> Iterator[Note]:
    """Where the user is named."""
    yield Note(program.starts_as.span, "this decides who it runs as")
