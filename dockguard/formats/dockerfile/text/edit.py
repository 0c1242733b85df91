"""The verbs of a page's `fix:` on Dockerfile nodes, as text edits."""

from __future__ import annotations

from typing import Any

from dockguard.finding import Edit
from dockguard.formats.dockerfile.commands.runs import RunCommand
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.dockerfile.model import Stage, Step
from dockguard.formats.dockerfile.parts import MountFlag
from dockguard.source import Span

_LITERAL = frozenset(" \t\r\n\"'\\$`")


def edit(node: Any, verb: str, path: str, literal: Any) -> tuple[Edit, ...] | None:
    """`remove flags.NAME` of an instruction, `set user = X` of an image or stage; None where no edit is safe."""
    if isinstance(node, Step) and verb == "remove" and path.startswith("flags."):
        return _remove_flag(node, path.removeprefix("flags."))
    if isinstance(node, RunCommand) and verb == "remove" and path == "sudo":
        return _remove_sudo(node)
    if isinstance(node, MountFlag) and verb == "remove" and path == "mode":
        return _remove_mode(node)
    if isinstance(node, (Image, Stage)) and verb == "set" and path == "user":
        return _set_user(node.final if isinstance(node, Image) else node, str(literal))
    return None


def _editable(span: Span) -> bool:
    return not span.source.lossy and span.source.origin is None


def _remove_flag(step: Step, name: str) -> tuple[Edit, ...] | None:
    flag = step.node.flag(name)
    if flag is None or not _editable(flag.span):
        return None
    text, end = flag.span.source.text, flag.span.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return (Edit(flag.span.source.span(flag.span.start, end)),)


def _remove_sudo(command: RunCommand) -> tuple[Edit, ...] | None:
    """Only where the step is root anyway, and the word has no options of its own."""
    user = command.step.user.known
    text = command.span.text
    if user is None or not user.is_root or not _editable(command.span) or not text.startswith("sudo "):
        return None
    rest = text[len("sudo") :].lstrip(" ")
    if not rest or rest[0] in "-\\\n" or "=" in rest.split()[0]:
        return None
    start = command.span.start
    return (Edit(command.span.source.span(start, start + len(text) - len(rest))),)


def _remove_mode(mount: MountFlag) -> tuple[Edit, ...] | None:
    text = mount.span.text
    at = text.find(",mode=")
    if at < 0 or not _editable(mount.span):
        return None
    end = text.find(",", at + 1)
    end = len(text) if end < 0 else end
    return (Edit(mount.span.source.span(mount.span.start + at, mount.span.start + end)),)


def _set_user(stage: Stage, literal: str) -> tuple[Edit, ...] | None:
    """Replaces the argument of the stage's last own USER, or adds one at its end (before ENTRYPOINT and CMD)."""
    if not literal or _LITERAL & set(literal) or not _editable(stage.span):
        return None
    users = [step for step in stage.own if step.name == "USER" and step.node.words and not step.onbuild]
    if users:
        return (Edit(users[-1].node.words[0].span, literal),)
    ends = [step for step in stage.own if step.name in ("ENTRYPOINT", "CMD") and not step.onbuild]
    source = stage.span.source
    if ends:
        at = source.line_starts[ends[0].node.line - 1]
        return (Edit(source.span(at, at), f"USER {literal}\n"),)
    last = stage.own[-1].span if stage.own else stage.span
    return (Edit(source.span(last.end, last.end), f"\nUSER {literal}"),)
