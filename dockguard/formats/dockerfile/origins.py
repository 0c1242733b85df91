"""Where `--from` points: to an earlier stage, an image, or nowhere."""

from __future__ import annotations

from dockguard.formats.dockerfile.build import find_stage
from dockguard.formats.dockerfile.model import Step
from dockguard.formats.dockerfile.tree import Word
from dockguard.source import Fact, Span


def unknown_origin(step: Step) -> Fact[str]:
    """Why a `--from` names nothing: a later stage, its own, a number that no stage has, a misspelled stage name."""
    for name, span in _names(step):
        if step.stage is None or find_stage(step.stage, name) is not None:
            continue
        why = _why(step, name)
        if why:
            return Fact(why, span)
    return Fact(None, step.span)


def _names(step: Step) -> list[tuple[str, Span]]:
    found = []
    if step.name == "COPY":
        flag = step.node.flag("from")
        if flag is not None and flag.value:
            found.append((step.expand(Word(flag.value, flag.span)).fact.known or "", flag.span))
    if step.name == "RUN":
        found += [(mount.origin.known or "", mount.span) for mount in step.mounts if mount.origin.written]
    return [(name, span) for name, span in found if name]


def _why(step: Step, name: str) -> str:
    stage = step.stage
    assert stage is not None
    if name.isascii() and name.isdigit():
        return f"there is no earlier stage {name}: stages are counted from 0, and this is stage {stage.index}"
    names = [other.name for other in stage.siblings if other.name]
    if name.lower() in names:
        own = stage.name == name.lower()
        return f"`{name}` is this stage itself" if own else f"stage `{name}` comes later in the file"
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), names, 1, 0.75)
    plain = "/" not in name and ":" not in name and "@" not in name and "." not in name
    return f"no stage is called `{name}`; did you mean `{near[0]}`?" if near and plain else ""
