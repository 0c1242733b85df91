"""Verification that a build switches off: by flags, variables, and lines of configuration files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import COPIES, place
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.common.tls import Weakness
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step

_ENVIRONMENT = frozenset({"ENV", "ARG"})


@dataclass(eq=False)
class CheckOff:
    """One switch that weakens a check."""

    tool: str  # curl, pip, Node.js
    topic: str  # curl wget python node git apt apk rpm pacman ssh powershell other
    kind: str  # certificate signature host-key protocol freshness revocation
    switch: str  # as written: `-k`, `NODE_TLS_REJECT_UNAUTHORIZED=0`
    what: str  # what the tool does then, to be read after its name
    is_local: bool  # all that it talks to is the container itself
    step: Step
    span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN curl -k`."""
        return f"{self.step.subject} {self.tool} {self.topic}"

    @property
    def is_kept(self) -> bool:
        """Whether the image keeps it for whatever runs in it: an ENV of the final stage."""
        return self.step.name == "ENV" and self.step.is_final


def checks_off(image: Image) -> Iterator[CheckOff]:
    """Every such switch of the file, in its order."""
    for step in image.instructions:
        seen = set()
        for found in _in_step(step):
            span = place(found.span)
            if (found.topic, found.kind, span) not in seen:
                seen.add((found.topic, found.kind, span))
                switch = " ".join(found.switch.split())
                yield CheckOff(
                    found.tool, found.topic, found.kind, switch, found.what, found.loopback, step, span
                )  # fmt: skip


def _in_step(step: Step) -> Iterable[Weakness]:
    if step.name in _ENVIRONMENT:
        from dockguard.common.tls import in_environment

        yield from in_environment(
            (var.name, var.value.value, var.span) for var in step.variables if var.value.value is not None
        )
    elif step.name in COPIES:
        yield from _copied(step)
    else:
        yield from _run(step)


def _run(step: Step) -> Iterator[Weakness]:
    commands = step.commands
    if not commands.items:
        return
    from dockguard.common.tls import in_command
    from dockguard.common.tls_files import written

    for command in commands:
        yield from in_command(command.resolved)
        feeding = command.script.feeding(command.command) if command.name == "tee" else ()
        yield from written(command.command, feeding)


def _copied(step: Step) -> Iterator[Weakness]:
    for copy in step.copies if step.node.heredocs else ():
        if copy.content is not None and copy.target.known:
            from dockguard.common.tls_files import in_file

            yield from in_file(copy.target.known, copy.content)
