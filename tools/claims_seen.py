"""What a proof may look at, and what it answers: facts for a claim, facts against it, and what nobody can know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dockguard.formats.compose.model import Project, Service
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.source import Fact, Span
from dockguard.stack.link import Stack
from dockguard.workspace import Workspace


@dataclass(frozen=True)
class Mark:
    """A fact against a claim, with its place and the variant that it is true in."""

    text: str
    span: Span
    variant: str = ""


@dataclass
class Evidence:
    """The answer of a proof. A claim holds when something is for it, nothing against it and nothing unknown."""

    good: list[str] = field(default_factory=list)
    bad: list[Mark] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def judge(self, fact: Fact[Any], good: bool | None, text: str, variant: str) -> None:
        """Take one fact: for the claim, against it, or (None) unknown. `text` says what is against it."""
        if good is None:
            self.unknown.append(f"whether {text}")
        elif not good:
            self.bad.append(Mark(text, fact.span, variant))

    def settle(self, summary: str, number: int = 1) -> Evidence:
        """Say what is for the claim, where nothing else was found; `number` counts what was looked at."""
        if not number:
            self.unknown.append("what it is about: there is nothing of the kind")
        if not self.bad and not self.unknown:
            self.good.append(summary)
        return self


@dataclass(frozen=True)
class Seen:
    """A folder as dockguard resolves it; `stacks` are those that the claim is about, `every` all of them."""

    folder: str
    workspace: Workspace
    stacks: tuple[Stack, ...]
    every: tuple[Stack, ...]
    given: Mapping[str, Any]  # the claim's own settings

    def projects(self) -> Iterator[tuple[Project, str]]:
        """Compose projects, each with its variant."""
        for stack in self.stacks:
            for project in stack.units.get("compose", ()):
                yield project, stack.variant

    def services(self) -> Iterator[tuple[Service, str]]:
        """Services of all projects."""
        for project, variant in self.projects():
            for service in project.services:
                yield service, variant

    def images(self) -> Iterator[Image]:
        """Images that are built from the Dockerfile named by `dockerfile`, for whoever asks in these stacks."""
        wanted = self.path(str(self.given.get("dockerfile", "")))
        for stack in self.stacks:
            yield from (image for image in stack.units.get("dockerfile", ()) if image.path == wanted)

    def sites(self) -> Iterator[tuple[Site, str]]:
        """Sites of nginx, each with its variant."""
        for stack in self.stacks:
            for site in stack.units.get("nginx", ()):
                yield site, stack.variant

    def servers(self) -> Iterator[tuple[Server, str]]:
        """Servers that other machines reach."""
        for site, variant in self.sites():
            for server in site.servers:
                if any(not listen.loopback for listen in server.listens):
                    yield server, variant

    def path(self, name: str) -> str:
        """A file of the folder, as the workspace names it."""
        return f"{self.folder}/{name}" if self.folder not in ("", ".") else name

    def files(self, patterns: Iterable[str]) -> Iterator[str]:
        """Files of the folder that match a glob, in order."""
        from fnmatch import fnmatchcase

        wanted = [self.path(pattern) for pattern in patterns]
        start = self.folder if self.folder != "." else ""
        yield from sorted(
            p for p in self.workspace.walk(start, lambda _: True) if any(fnmatchcase(p, w) for w in wanted)
        )


Proof = Callable[[Seen], Evidence]


def known(fact: Fact[Any], good: Callable[[Any], bool]) -> bool | None:
    """Whether a value is good; None where only the run time knows it; what nobody wrote is not good."""
    if not fact.sure:
        return None
    return fact.written and good(fact.known)


def counted(number: int, noun: str) -> str:
    """`1 container`, `3 containers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
