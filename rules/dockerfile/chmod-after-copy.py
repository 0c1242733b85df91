"""`chmod` and `chown` of what the same stage has copied."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join, normpath
from typing import Any

from dockguard.api import Finding, Note

_RECURSIVE = frozenset({"-R", "--recursive"})


def check(stage: Any) -> Iterator[Finding]:
    """Of files by their names, of folders with `-R`."""
    copied: dict[str, Any] = {}
    for step in stage.own:
        if step.onbuild:
            continue
        for copy in step.copies:
            if copy.target.known and copy.kind not in ("url", "git"):
                copied[copy.target.known.rstrip("/") or "/"] = copy
        if step.name == "RUN" and copied:
            yield from _changed(step, copied)


def _changed(step: Any, copied: dict[str, Any]) -> Iterator[Finding]:
    moved = any(command.name in ("cd", "pushd") for command in step.commands)
    for command in step.commands:
        if command.name not in ("chmod", "chown", "chgrp"):
            continue
        paths = _paths(command, "" if moved else step.workdir.known or "")
        path = next((path for path in paths if path in copied and _is_all(command, path, copied[path])), None)
        if path is not None:
            note = Note(copied[path].span, "it is copied here")
            yield Finding(command.span, f"`{command.name}` puts `{path}` into the image once more", (note,))


def _is_all(command: Any, path: str, copy: Any) -> bool:
    """Whether it changes all that came; a source without suffix may be a folder, of which only the folder changes."""
    if any(word in _RECURSIVE for word in command.words):
        return True
    return "." in basename(path) and not copy.is_whole_context and "*" not in (copy.source.known or "")


def _paths(command: Any, folder: str) -> Iterator[str]:
    """What it changes, by absolute paths; after `cd` and for a folder that is not known only what is written so."""
    words = [word for word in command.words if not word.startswith("-")]
    for word in words[1:]:
        if word.startswith("/") or folder:
            yield normpath(join(folder, word))
