"""Rights of a build beyond the builder's sandbox, each where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Build


def check(build: Build) -> Iterator[Finding]:
    """`privileged`, the host's network, and the entitlements for both."""
    of = f"the build of service `{build.service.name}`" if build.service else "the build"
    found = [(build.privileged, f"{of} runs privileged")] if build.privileged.known else []
    places = [(fact.span, fact.via, message) for fact, message in found]
    if build.network.known == "host":
        places.append((build.network.span, build.network.via, f"{of} uses the host's network"))
    for item in build.entitlements:
        if item.known in ("security.insecure", "network.host"):
            places.append((item.span, item.via, f"{of} may ask for `{item.known}`"))
    for span, via, message in places:
        yield Finding(span, message, tuple(Note(step.span, step.how) for step in via or ()))
