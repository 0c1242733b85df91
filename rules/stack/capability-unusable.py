"""Capabilities that are added to processes which are not root, and so never hold them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Program

_CARRIES = "a program of the image may carry it as a file, and then is not run without"


def check(program: Program) -> Iterator[Finding]:
    """One finding for a service: sure for a known image, less sure where only `no-new-privileges` is known."""
    rights = program.rights
    items = [item for item in rights.added if item.known and item.known not in ("ALL", *program.carried)]
    if not items or rights.privileged or program.starts_as_root:
        return
    sealed, user = rights.no_new_privileges.value is True, program.starts_as
    if user.known is None or not (sealed or program.carries_no_more):
        return
    listed = f"{', '.join(item.known or '' for item in items)} {'has' if len(items) == 1 else 'have'} no effect"
    message = f"{listed}: service `{program.name}` runs as `{user.known.name}`"
    message += " and cannot gain privileges" if sealed else ""
    notes = (
        *(Note(step.span, step.how) for step in items[0].via or ()),
        Note(user.span, "this decides who it runs as"),
    )
    if program.carries_no_more:
        yield Finding(items[0].span, message, notes)
    else:
        yield Finding(items[0].span, message, notes, confidence=Confidence.MEDIUM, why=_CARRIES)
