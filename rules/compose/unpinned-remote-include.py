"""Files of a project that stand at URLs which name no commit and no digest, or come without TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Project

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")


def check(project: Project) -> Iterator[Finding]:
    """One finding for each file."""
    for file in project.remotes:
        url = file.known or ""
        notes = tuple(Note(step.span, step.how) for step in file.via or ())
        if url.startswith(("http://", "git://")):
            message = "is fetched without TLS: whoever is on the way decides what runs here"
            yield Finding(file.span, f"`{_plain(url)}` {message}", notes)
        elif url and not _COMMIT.fullmatch(url.partition("#")[2].partition(":")[0]) and not _DIGEST.search(url):
            word = "digest" if url.startswith("oci://") else "commit"
            message = f"is whatever stands there when the project starts: it names no {word}"
            yield Finding(file.span, f"`{_plain(url)}` {message}", notes)


def _plain(url: str) -> str:
    """A URL without its name and password."""
    scheme, slashes, rest = url.partition("://")
    user, at, host = rest.partition("/")[0].rpartition("@")
    return f"{scheme}{slashes}{rest[len(user) + 1 :]}" if slashes and at and host else url
