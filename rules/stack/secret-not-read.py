"""Secrets that are mounted into a known image and named by none of its settings."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Mount, Note, Program

_WHY = "a script of the image's own may read it"


def check(program: Program) -> Iterator[Finding]:
    """Silent where a configuration from outside may name the file, and where the image reads no variable from one."""
    facts = program.own
    if facts is None or not facts.file_variables or any(mount.kind in ("bind", "config") for mount in _all(program)):
        return
    for mount in _all(program):
        if mount.kind != "secret":
            continue
        path = mount.target if mount.target.startswith("/") else f"/run/secrets/{mount.target}"
        if program.mentions(path.rpartition("/")[2]):
            continue
        setting = facts.file_variable(_best(facts.file_variables)) or ""
        message = f"nothing in service `{program.name}` reads this secret: `{setting}: {path}` is not set"
        note = Note(program.image.span, f"this image reads {_list(facts.file_variables)} from files")
        yield Finding(mount.span, message, (note,), confidence=Confidence.MEDIUM, why=_WHY)


def _all(program: Program) -> Iterator[Mount]:
    return iter(program.container.mounts)


def _best(variables: tuple[str, ...]) -> str:
    """The variable that a secret is mostly for."""
    return next((name for name in variables if "PASSWORD" in name), variables[0])


def _list(variables: tuple[str, ...]) -> str:
    return ", ".join(variables[:4]) + (", …" if len(variables) > 4 else "")
