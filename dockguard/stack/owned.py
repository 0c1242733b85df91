"""Paths that only root can write to, of programs that another user starts."""

from __future__ import annotations

from dockguard.lazy import regex
from dockguard.stack.program import Path, Program
from dockguard.stack.writable import cover, plain

# Folders that belong to root in every image, unless its build gives them away.
_OF_ROOT = ("/run", "/var/cache", "/var/log", "/var/lib", "/var/spool", "/etc", "/usr", "/opt")
_GIVES = regex(r"\b(?:chown|chmod|chgrp|setfacl|install)\b|--ch(?:own|mod)=")
_WIDE = ("/var", "/etc", "/usr", "/opt")  # too wide to say anything about what lies in them
_MAX_TEXT = 200_000


def owned_by_root(program: Program) -> tuple[Path, ...]:
    """What a program writes to in folders of root's, on the image's own file system; () where it starts as root.

    Silent about a path that the Dockerfile names beside a command that changes owners or modes.
    """
    if program.starts_as_root.value is not False or program.container.mounts.open:
        return ()
    mounts = program.container.mounts
    found = []
    for one in program.paths:
        path = plain(one.path)
        if not one.vital or not _is_roots(path, program) or _given(program, path):
            continue
        if cover(path, mounts, program.volumes).kind == "root":
            found.append(one)
    return tuple(found)


def _is_roots(path: str, program: Program) -> bool:
    """Whether a path belongs to root in the image: by what is known of it, and in nginx's by its folder."""
    facts = program.facts
    if facts is None or facts.user not in ("root", "0"):
        return False
    folders = (*(facts.root_owned or ()), *(_OF_ROOT if facts.name == "nginx" else ()))
    return any(path == plain(folder) or path.startswith(f"{plain(folder)}/") for folder in folders)


def _given(program: Program, path: str) -> bool:
    """Whether the build may give a path, or a folder around it, to somebody else."""
    built = program.container.built
    text = built.span.source.text[:_MAX_TEXT] if built is not None else ""
    if not _GIVES.search(text):
        return False
    parts = path.strip("/").split("/")
    around = ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]
    named = [folder for folder in around if folder not in _WIDE]
    return any(folder in text or folder.replace("/run", "/var/run", 1) in text for folder in named)
