"""An image in the words of the stack, and as `dockguard effective` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.formats.dockerfile.files.through import context_path, from_context
from dockguard.lazy import regex
from dockguard.source import Fact, Many, Secret, Unknown
from dockguard.stack import pieces

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image

_CAPABILITY = regex(r"\bcap_[a-z_]{3,30}")


def lower(image: Image) -> Iterator[pieces.Piece]:
    """The built image as one piece; nothing where the stage that was asked for is missing."""
    if image.missing_target or not image.has_from:
        return
    yield pieces.Image(
        request=image.request.key if image.request and image.of_service else None,
        path=image.path,
        span=image.span,
        subject=image.subject,
        base=image.base,
        user=image.user,
        files=_files(image),
        ports=_ports(image),
        env=image.env,
        entrypoint=image.entrypoint,
        cmd=image.cmd,
        facts={"healthcheck": image.healthcheck},
        volumes=image.volumes,
        carried=_carried(image),
        switcher=lambda: _switcher(image),
    )


def _switcher(image: Image) -> Fact[str]:
    from dockguard.formats.dockerfile.commands.switching import switcher

    return switcher(image)


def _carried(image: Image) -> Many[Fact[str]]:
    """Capabilities that a `setcap` of the build gives to a program; other stages' count, for what is copied."""
    found = []
    if "setcap" in image.tree.source.text:
        steps = (step for stage in image.stages for step in stage.own if step.name == "RUN" and not step.onbuild)
        for command in (command for step in steps for command in step.commands if command.name == "setcap"):
            found += [Fact(name, command.span) for name in _CAPABILITY.findall(" ".join(command.words).lower())]
    return Many(tuple(fact.map(_plain) for fact in found), image.span)


def _plain(name: str) -> str:
    return name.removeprefix("cap_").upper()


def _files(image: Image) -> Many[pieces.CopiedFile]:
    """Files of the context, through other stages too, and heredocs; what builds make and images bring is not seen."""
    found, why = [], ""
    for copy in image.files:
        target = copy.target.known
        if copy.step.onbuild:
            continue
        traced = from_context(copy, image.final.siblings) if copy.kind == "stage" and target is not None else ""
        if traced and target is not None:
            found.append(pieces.CopiedFile(traced, target, copy.span))
        elif target is None or copy.kind not in ("context", "heredoc"):
            why = "files come from other stages or images"
        elif copy.kind == "heredoc":
            found.append(pieces.CopiedFile("", target, copy.span, copy.content))
        else:
            paths = (context_path(copy),) if copy.path or not copy.paths else copy.paths
            found += [pieces.CopiedFile(path, _placed(path, target, copy.paths), copy.span) for path in paths]
    return Many(tuple(found), image.span, why)


def _placed(path: str, target: str, several: tuple[str, ...]) -> str:
    return f"{target.rstrip('/')}/{path.rpartition('/')[2]}" if several else target


def _ports(image: Image) -> Many[Fact[int]]:
    from dockguard.common.ports import parse_range

    found: list[Fact[int]] = []
    for fact in image.ports:
        spread = parse_range(fact.known) if fact.known else None
        if spread is None:
            found.append(Fact(Unknown("the port is known only when it is built"), fact.span, fact.via))
        else:
            found += [Fact(port, fact.span, fact.via) for port in range(spread[0], min(spread[1], spread[0] + 99) + 1)]
    return Many(tuple(found), image.span, image.ports.open)


def effective(image: Image) -> Mapping[str, Any]:
    """The value of `images` in `dockguard effective`."""
    return {
        "path": image.path,
        "target": image.target.known or image.final.name or None,
        "base": image.base.known,
        "user": _value(image.user.map(lambda user: user.name)),
        "workdir": _value(image.workdir),
        "entrypoint": _value(image.entrypoint.map(list)),
        "cmd": _value(image.cmd.map(list)),
        "healthcheck": _value(image.healthcheck.map(list)),
        "ports": [_value(fact) for fact in image.ports],
        "volumes": [_value(fact) for fact in image.volumes],
        "env": {name: _value(fact) for name, fact in image.env.items()},
        "requested_by": list(image.requested_by),
    }


def _value(fact: Fact[Any]) -> dict[str, Any]:
    """`{"value", "path", "line"}`; unknown ones say why."""
    value = fact.value
    if value is None:
        return {}
    place = fact.span.outer
    where = {"path": place.source.path, "line": place.line}
    if isinstance(value, Unknown):
        return {"unknown": True, "why": value.why, **where}
    return {"value": value.masked if isinstance(value, Secret) else value, **where}
