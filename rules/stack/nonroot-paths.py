"""Programs that another user than root starts, and that write where root alone may."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Program, owned_by_root


def check(program: Program) -> Iterator[Finding]:
    """One finding for a container, with its paths."""
    paths = owned_by_root(program)
    user = program.starts_as
    if paths and user.known is not None:
        listed = ", ".join(f"`{one.path}`" for one in paths[:3]) + (
            f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        )
        message = (
            f"`{program.name}` does not start: as `{user.known.name}` it cannot write to {listed}, which root owns"
        )
        notes = tuple(Note(one.span, f"for {one.why}" if one.why else "the image writes there") for one in paths[:3])
        yield Finding(user.span, message, notes)
