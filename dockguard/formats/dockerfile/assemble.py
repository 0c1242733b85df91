"""Which images a set of Dockerfiles gives: what others ask for, what bake files ask for, else the default build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from dockguard.finding import Problem
from dockguard.formats.dockerfile import bake
from dockguard.formats.dockerfile.build import image_of
from dockguard.formats.dockerfile.files.context import Context, context_of, default_context
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.dockerfile.text.parse import parse
from dockguard.formats.dockerfile.text.tree import Tree
from dockguard.record import replace
from dockguard.stack.pieces import BuildRequest, Piece
from dockguard.workspace import Workspace


def assemble(trees: Sequence[Tree], workspace: Workspace, above: Sequence[Piece]) -> Iterator[Image]:
    """Images of the requests in `above`, and of the trees that none of them names."""
    requests = [piece for piece in above if isinstance(piece, BuildRequest)]
    images = list(_requested(requests, workspace, of_service=True))
    asked = {image.path for image in images} | {request.dockerfile for request in requests}
    for tree in trees:
        if tree.source.path not in asked:
            images += _alone(tree, workspace)
    _open(images, requests)
    _share(images)
    yield from images


def _requested(requests: Iterable[BuildRequest], workspace: Workspace, *, of_service: bool) -> Iterator[Image]:
    by_key: dict[tuple[object, ...], list[BuildRequest]] = {}
    for request in requests:
        by_key.setdefault(request.key, []).append(request)
    for group in by_key.values():
        tree = _tree(group[0], workspace)
        if tree is not None:
            path = group[0].dockerfile or ""
            context = context_of(workspace, group[0].context, path, sure=True, at=group[0].span)
            by = tuple(dict.fromkeys(request.by for request in group))
            key = ("dockerfile", group[0].key, by, of_service)
            image = workspace.memo(key, partial(_image, tree, group[0], context, by, of_service))
            if image is not None:
                yield image


def _image(tree: Tree, request: BuildRequest, context: Context, by: tuple[str, ...], of_service: bool) -> Image | None:
    return image_of(tree, request, context, by, of_service=of_service)


def _tree(request: BuildRequest, workspace: Workspace) -> Tree | None:
    if request.inline is not None:
        return workspace.parsed(request.inline, parse)
    return workspace.tree(request.dockerfile, parse, request.span) if request.dockerfile else None


def _alone(tree: Tree, workspace: Workspace) -> Iterator[Image]:
    """What bake files ask of a Dockerfile, else its last stage without arguments."""
    requests = bake.requests_for(tree.source.path, workspace)
    found = list(_requested(requests, workspace, of_service=False))
    if not found:
        folder = default_context(workspace, tree.source.path, _sources(tree))
        image = image_of(tree, None, context_of(workspace, folder, tree.source.path, sure=False))
        found = [image] if image is not None else []
    _open(found, requests)
    yield from found


def _sources(tree: Tree) -> Iterator[str]:
    """What COPY and ADD take from the context, as written."""
    for node in tree.instructions:
        if node.name in ("COPY", "ADD") and node.flag("from") is None:
            yield from (word.text for word in node.words[:-1])


def _open(images: Iterable[Image], requests: Iterable[BuildRequest]) -> None:
    """Any stage may be the target that only the run time knows."""
    unsure = {request.dockerfile for request in requests if not request.target.sure}
    for image in images:
        if image.path in unsure:
            for stage in image.stages:
                stage.requested = True


def _share(images: Sequence[Image]) -> None:
    """A stage that any build of the file runs is used, whichever image is looked at."""
    used: dict[int, set[int]] = {}
    for image in images:
        used.setdefault(id(image.tree), set()).update(s.index for s in image.stages if s.reached)
    for image in images:
        for stage in image.stages:
            stage.requested = stage.requested or stage.index in used[id(image.tree)]


def problems(tree: Tree) -> tuple[Problem, ...]:
    """What parsing found."""
    return tree.problems


def unit_problems(image: Image) -> Iterator[Problem]:
    """The problems of a Dockerfile that is written inside another file; those of files come with their trees."""
    if image.tree.source.origin is not None:
        for problem in image.tree.problems:
            yield replace(problem, span=problem.span.outer if problem.span else None)
