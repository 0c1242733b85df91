"""What Windows containers do not have: owners and modes of Linux, mounts of RUN, signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.model import Stage, Step

# Microsoft's own base images, and the variants of others that are named after them.
_IMAGE = regex(r"mcr\.microsoft\.com/windows(?:/.*|:.*)?|[^:]*:[^:]*(?:nanoserver|windowsservercore|servercore).*")
_FLAGS = {"COPY": ("chown", "chmod"), "ADD": ("chown", "chmod"), "RUN": ("mount",)}


def is_windows(stage: Stage) -> bool:
    """Whether a stage is surely one of Windows, by its base image or its `--platform`."""
    if any((one.platform.known or "").startswith("windows") for one in stage.chain):
        return True
    return _IMAGE.fullmatch((stage.base.known or "").lower()) is not None


def unsupported(step: Step) -> Fact[str]:
    """The flag or the instruction that a Windows container does not take (Docker's reference of COPY and RUN)."""
    nothing: Fact[str] = Fact(None, step.span)
    if step.stage is None or not (step.name == "STOPSIGNAL" or step.node.flags) or not is_windows(step.stage):
        return nothing
    if step.name == "STOPSIGNAL":
        return Fact("STOPSIGNAL", step.node.keyword)
    flag = next((flag for flag in step.node.flags if flag.name in _FLAGS.get(step.name, ())), None)
    return nothing if flag is None else Fact(f"--{flag.name}", flag.span)
