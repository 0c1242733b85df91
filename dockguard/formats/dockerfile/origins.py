"""Where `--from` of COPY and of mounts points: to an earlier stage, an image, a named context, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import Word
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Stage, Step

_MAX_CLOSE = 30  # misspelled names of one file that are compared with those of its stages
_OF_IMAGES = "/:@."  # what an image's name may hold and a stage's or context's rarely does


@dataclass(eq=False)
class FileOrigin:
    """One `--from=name` of COPY, or `from=name` of a mount."""

    name: str  # variables replaced
    step: Step
    stage: Stage  # the one that it stands in
    asked_for: bool  # somebody asks for the build, who may give it named contexts
    span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / COPY builder`."""
        return f"{self.step.subject} {self.name}"

    @property
    def is_number(self) -> bool:
        """Whether it counts stages."""
        return self.name.isascii() and self.name.isdigit()

    @cached_property
    def earlier(self) -> Stage | None:
        """The earlier stage that it names, by name or by number."""
        return self.stage.find(self.name)

    @property
    def is_own_stage(self) -> bool:
        """Whether it names the stage that it stands in, and no earlier one of the same name."""
        if self.earlier is not None:
            return False
        own = self.name.lower() == self.stage.name if self.stage.name else False
        return own or (self.is_number and self.name == str(self.stage.index))

    @cached_property
    def fault(self) -> str:
        """Why it names nothing: a later stage, a number that no stage has, a misspelled stage name; "" otherwise."""
        if self.earlier is not None or self.is_own_stage:
            return ""
        if self.is_number:
            return f"there is no earlier stage {self.name}: stages are counted from 0, and this is {self.stage.index}"
        names = [other.name for other in self.stage.siblings if other.name]
        if self.name.lower() in names:
            return f"stage `{self.name}` comes later in the file"
        self.stage.globals.compared += 1
        if not self._is_plain or self.stage.globals.compared > _MAX_CLOSE:
            return ""
        from difflib import get_close_matches

        near = get_close_matches(self.name.lower(), names, 1, 0.75)
        return f"no stage is called `{self.name}`; did you mean `{near[0]}`?" if near else ""

    @property
    def _is_plain(self) -> bool:
        return not any(mark in self.name for mark in _OF_IMAGES)

    @property
    def is_undeclared(self) -> bool:
        """Whether it names no stage and no image that anybody knows: only a context given to the build can have it."""
        if self.earlier is not None or self.is_own_stage or self.fault or not self._is_plain or self.asked_for:
            return False
        from dockguard.common.images import facts_of

        return facts_of(self.name) is None


def origins(image: Image) -> Iterator[FileOrigin]:
    """Every one of the file, in its order; what only the build knows is left out."""
    for stage in image.stages:
        for step in stage.own:
            for name, span in _names(step):
                yield FileOrigin(name, step, stage, image.request is not None, span)


def _names(step: Step) -> Iterator[tuple[str, Span]]:
    if step.name == "COPY":
        flag = step.node.flag("from")
        known = step.expand(Word(flag.value, flag.span)).fact.known if flag is not None and flag.value else None
        if flag is not None and known:
            yield known, flag.span
    elif step.name == "RUN" and step.node.flags:
        for mount in step.mounts:
            if mount.origin.known:
                yield mount.origin.known, mount.span
