"""A fourth format in one module: pods as lines `pod NAME user=U`, one variant for each `.over.toy` file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dockguard.finding import Edit, Problem
from dockguard.formats.base import Comment, Format, Kind
from dockguard.source import Fact, Many, Source, Span, Unknown, absent
from dockguard.stack.pieces import Container, Piece, User
from dockguard.workspace import Workspace

LINE = re.compile(r"^pod (?P<name>\w+)(?: user=(?P<user>\S+))?(?P<rest>.*)$", re.M)


@dataclass(frozen=True)
class Tree:
    source: Source


@dataclass(frozen=True)
class Pod:
    """One pod."""

    name: str
    span: Span
    subject: str
    user: Fact[str]


@dataclass(frozen=True)
class Unit:
    sources: tuple[Source, ...]
    project: str
    variant: str
    pods: tuple[Pod, ...]


def pods(source: Source) -> Iterator[Pod]:
    for match in LINE.finditer(source.text):
        span = source.span(*match.span("name"))
        user: Fact[str] = absent(span)
        if match["user"]:
            name = match["user"]
            user = Fact(Unknown(f"{name} is not set") if name[0] == "$" else name, source.span(*match.span("user")))
        yield Pod(match["name"], span, f"pods.{match['name']}", user)


def assemble(trees: Sequence[Tree], workspace: Workspace, above: Sequence[Piece]) -> Iterator[Unit]:
    base = [tree.source for tree in trees if not tree.source.path.endswith(".over.toy")]
    if not base:
        return
    yield Unit(tuple(base), "toy", "base", tuple(pod for source in base for pod in pods(source)))
    for tree in trees:
        if tree.source not in base:
            changed = {pod.name: pod for pod in pods(tree.source)}
            kept = [changed.pop(pod.name, pod) for source in base for pod in pods(source)]
            yield Unit((*base, tree.source), "toy", f"base + {tree.source.path}", (*kept, *changed.values()))


def lower(unit: Unit) -> Iterator[Piece]:
    for pod in unit.pods:
        nothing: Many[object] = Many((), pod.span)
        user = pod.user.map(lambda name: User(name))
        yield Container(pod.name, pod.subject, pod.span, user, absent(pod.span), None, nothing, nothing, nothing)  # type: ignore[arg-type]


def remove(pod: Pod, verb: str, path: str, literal: object) -> tuple[Edit, ...] | None:
    start = pod.user.span.start - len(" user=")
    return (Edit(Span(pod.user.span.source, start, pod.user.span.end)),) if verb == "remove" else None


def comments(tree: Tree) -> Iterator[Comment]:
    text = tree.source.text
    for match in re.finditer(r"#.*", text):
        line = tree.source.line_span(tree.source.position(match.start())[0])
        following = tree.source.position(match.start())[0] + 1
        own = not text[line.start : match.start()].strip()
        target = tree.source.line_span(min(following, len(tree.source.line_starts))) if own else line
        yield Comment(tree.source.span(*match.span()), target, target, top=match.start() == 0)


def problems(tree: Tree) -> Iterator[Problem]:
    if "!!" in tree.source.text:
        at = tree.source.text.index("!!")
        yield Problem("toy-syntax", "two marks", tree.source.span(at, at + 2))


FORMAT = Format(
    name="toy",
    language="toy",
    matches=lambda path: path.endswith(".toy"),
    parse=Tree,
    assemble=assemble,
    kinds={"toy.pod": Kind(Pod, lambda unit: unit.pods, key=lambda pod: [pod.name], edit=remove)},
    lower=lower,
    comments=comments,
    problems=problems,
    heads=True,
)
