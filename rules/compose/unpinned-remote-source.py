"""Build contexts at URLs that do not name a commit, or come without TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Fact, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Build

_REMOTE = re.compile(r"(?:https?|git|ssh|git\+https|git\+ssh)://|git@[\w.-]{1,200}:|github\.com/")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def check(build: Build) -> Iterator[Finding]:
    """The context and the named contexts."""
    yield from _judge(build.context, "the build context")
    for context in build.additional_contexts:
        yield from _judge(context.text, f"the named context `{context.name}`")


def _judge(fact: Fact[str], what: str) -> Iterator[Finding]:
    url = fact.known or ""
    if not _REMOTE.match(url):
        return
    notes = tuple(Note(step.span, step.how) for step in fact.via or ())
    if url.startswith(("http://", "git://")):
        yield Finding(fact.span, f"{what} is fetched without TLS: whoever is on the way decides what is built", notes)
    elif not _COMMIT.fullmatch(url.partition("#")[2].partition(":")[0]):
        yield Finding(fact.span, f"{what} is whatever stands there when it is built: it names no commit", notes)
