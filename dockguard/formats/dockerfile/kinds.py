"""What `each:` can name in a Dockerfile, and the words by which rules ask for only some of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dockguard.finding import Edit
from dockguard.formats.base import Kind
from dockguard.formats.dockerfile.commands.checks_off import CheckOff
from dockguard.formats.dockerfile.commands.debugging import ImageSwitch, switches
from dockguard.formats.dockerfile.commands.downloads import Download
from dockguard.formats.dockerfile.commands.indexes import ClearIndex, clear_indexes
from dockguard.formats.dockerfile.commands.installs import Installed
from dockguard.formats.dockerfile.commands.runs import RunCommand
from dockguard.formats.dockerfile.exposed import Exposed, exposed
from dockguard.formats.dockerfile.files.copies import Copy
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.dockerfile.leaks import SecretText
from dockguard.formats.dockerfile.model import Stage, Step
from dockguard.formats.dockerfile.origins import FileOrigin, origins
from dockguard.formats.dockerfile.parts import MountFlag, Variable
from dockguard.formats.dockerfile.references import ImageReference
from dockguard.formats.dockerfile.text.remarks import Remark, remarks

Editor = Callable[[Any, str, str, Any], "tuple[Edit, ...] | None"]


def kinds(edit: Editor) -> dict[str, Kind]:
    """Kind by name."""
    return {
        "dockerfile.image": Kind(Image, _image, edit=edit),
        "dockerfile.stage": Kind(Stage, lambda image: image.stages, edit=edit),
        "dockerfile.instruction": Kind(Step, lambda image: image.instructions, lambda step: (step.name,), edit=edit),
        "dockerfile.env": Kind(Variable, _variables, lambda variable: (variable.kind,), edit=edit),
        "dockerfile.command": Kind(RunCommand, _commands, _command_words, edit=edit),
        "dockerfile.copy": Kind(Copy, _copies, lambda copy: (copy.step.name, copy.kind), edit=edit),
        "dockerfile.secret": Kind(SecretText, lambda image: image.secrets, lambda secret: (secret.kind, secret.where)),
        "dockerfile.reference": Kind(ImageReference, lambda image: image.references, lambda one: (one.where,)),
        "dockerfile.weakness": Kind(CheckOff, lambda image: image.checks_off, lambda one: (one.topic, one.kind)),
        "dockerfile.download": Kind(Download, lambda image: image.downloads, lambda one: (one.how,)),
        "dockerfile.package": Kind(Installed, lambda image: image.packages, lambda one: (one.manager, one.language)),
        "dockerfile.index": Kind(ClearIndex, clear_indexes),
        "dockerfile.port": Kind(Exposed, exposed),
        "dockerfile.switch": Kind(ImageSwitch, switches, lambda switch: (switch.kind,)),
        "dockerfile.origin": Kind(FileOrigin, origins, lambda one: (one.step.name,)),
        "dockerfile.comment": Kind(Remark, remarks),
        "dockerfile.mount": Kind(MountFlag, _mounts, lambda mount: (mount.type,), edit=edit),
    }


def _image(image: Image) -> Iterable[Image]:
    return (image,)


def _variables(image: Image) -> Iterator[Variable]:
    for step in image.instructions:
        if step.node.pairs:
            yield from step.variables


def _commands(image: Image) -> Iterator[RunCommand]:
    for step in image.instructions:
        yield from step.commands


def _command_words(command: RunCommand) -> Iterator[str]:
    yield command.name
    yield command.name.rstrip("0123456789.")  # `pip3.12` and `python3` are asked as `pip` and `python`
    yield from command.wrappers


def _copies(image: Image) -> Iterator[Copy]:
    for step in image.instructions:
        yield from step.copies


def _mounts(image: Image) -> Iterator[MountFlag]:
    for step in image.instructions:
        if step.name == "RUN":
            yield from step.mounts
