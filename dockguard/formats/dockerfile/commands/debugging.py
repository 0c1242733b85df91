"""What an image starts with for developers: debuggers that listen, frameworks and servers in their development mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.common.switches import Setting, of_command, of_variable
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.exposed import Exposed
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step

_DEVELOPMENT = frozenset({"development", "dev", "debug"})
_ENVIRONMENTS = {  # name -> product, for values that say development; in images, where nothing changes them later
    "NODE_ENV": "Node.js",
    "APP_ENV": "the application",
    "FLASK_ENV": "Flask",
    "RAILS_ENV": "Rails",
    "RACK_ENV": "Rack",
    "ASPNETCORE_ENVIRONMENT": "ASP.NET Core",
    "DOTNET_ENVIRONMENT": ".NET",
}
_KINDS = frozenset({"debugger", "development"})


@dataclass(eq=False)
class ImageSwitch:
    """A setting of the program that an image runs: a variable of ENV, or words of ENTRYPOINT and CMD."""

    setting: Setting
    span: Span
    step: Step
    image: Image

    @property
    def subject(self) -> str:
        """Its address: `stage final / CMD npm run dev`."""
        return f"{self.step.subject} {self.setting.name}"

    @property
    def name(self) -> str:
        """The variable, the option, or the words that start a server."""
        return self.setting.name

    @property
    def kind(self) -> str:
        """`debugger` or `development`."""
        return self.setting.kind

    @property
    def product(self) -> str:
        """Whose it is: `Node.js`."""
        return self.setting.product

    @property
    def effect(self) -> str:
        """What it does, in words."""
        if self.setting.server:
            return f"starts {self.product} for developers"
        return f"puts {self.product} into a mode for developers"

    @property
    def is_for_developers(self) -> bool:
        """Whether the image is built for developers or tests, by the name of its stage or of its file."""
        return self.image.is_for_developers

    @property
    def ports(self) -> Iterator[Exposed]:
        """What EXPOSE announces of debuggers."""
        from dockguard.formats.dockerfile.exposed import exposed

        return (port for port in exposed(self.image) if port.debugger and port.step.is_final)


def switches(image: Image) -> Iterator[ImageSwitch]:
    """Every such setting that the built image has."""
    for step in image.steps:
        yield from _variables(step, image) if step.name == "ENV" else ()
    yield from _commands(image)


def _variables(step: Step, image: Image) -> Iterator[ImageSwitch]:
    """The variables of one ENV that no later one sets again."""
    for variable in step.variables:
        kept, value = image.env.get(variable.name), variable.value.known
        if value is None or kept is None or not variable.span.covers(kept.span):
            continue
        setting = _setting(variable.name, value)
        if setting is not None and setting.kind in _KINDS:
            yield ImageSwitch(setting, variable.span, step, image)


def _setting(name: str, value: str) -> Setting | None:
    text = value.strip().lower()
    if name in _ENVIRONMENTS and text in _DEVELOPMENT:
        return Setting(name, "development", _ENVIRONMENTS[name])
    if name == "XDEBUG_MODE" and {"debug", "develop"} & set(text.split(",")):
        return Setting(name, "development", "Xdebug")
    return of_variable(name, value)


# --- what it starts ---------------------------------------------------------------------------------------------------


def _commands(image: Image) -> Iterator[ImageSwitch]:
    """Of ENTRYPOINT and CMD, each for itself and both as one command; each setting once."""
    entry, cmd = _step(image, "ENTRYPOINT", image.entrypoint), _step(image, "CMD", image.cmd)
    seen: set[str] = set()
    for step in (entry, cmd if entry is None or entry.node.json else None):
        for words, span in _lines(step):
            yield from _new(words, span, step, image, seen)
    if entry is not None and cmd is not None and entry.node.json and cmd.node.json:
        words = (*(image.entrypoint.known or ()), *(image.cmd.known or ()))
        yield from _new(words, cmd.node.argument.span, cmd, image, seen)


def _step(image: Image, name: str, fact: Fact[tuple[str, ...]]) -> Step | None:
    """The instruction that a fact of the image comes from."""
    found = (step for step in image.steps if step.name == name and step.span.covers(fact.span))
    return next(found, None) if fact.known else None


def _lines(step: Step | None) -> Iterator[tuple[tuple[str, ...], Span]]:
    """The commands of an instruction, each with its place; a list of words is one at the place of the list."""
    for command in step.commands if step is not None else ():
        whole = step is not None and step.node.json
        yield (command.name, *command.words), step.node.argument.span if whole and step is not None else command.span


def _new(words: tuple[str, ...], span: Span, step: Step | None, image: Image, seen: set[str]) -> Iterator[ImageSwitch]:
    for setting in of_command(words):
        key = setting.product if setting.kind == "debugger" else setting.name
        if setting.kind in _KINDS and key not in seen and step is not None:
            seen.add(key)
            yield ImageSwitch(setting, span, step, image)
