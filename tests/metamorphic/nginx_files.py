"""nginx configurations spread over more files: what stands in a block, or next to it, by `include`."""

from __future__ import annotations

from random import Random

from dockguard.formats import load
from dockguard.formats.nginx.text.tree import Statement, Tree
from tests.metamorphic.change import Change, Files
from tests.metamorphic.nginx_layout import tree_of

_WHOLE = frozenset("http server location stream".split())  # blocks of directives


def _alone(files: Files, path: str) -> Tree | None:
    """The tree of the only configuration of a sample, which nothing copies or mounts without its new neighbour."""
    others = [one for one in files if one != path and any(item.matches(one) for item in load())]
    return None if others or path.rpartition("/")[2] != "nginx.conf" else tree_of(files[path])


def _blocks(tree: Tree) -> list[Statement]:
    return [one for one in tree.walk() if one.block and one.name.text in _WHOLE]


def _body(files: Files, path: str, rng: Random) -> dict[str, str] | None:
    """All that stands in one block."""
    tree = _alone(files, path)
    blocks = _blocks(tree) if tree is not None else []
    if not blocks:
        return None
    block = rng.choice(blocks)
    return _moved(files, path, block.body, block.end - 1)


def _part(files: Files, path: str, rng: Random) -> dict[str, str] | None:
    """Some statements of a block that stand side by side."""
    tree = _alone(files, path)
    blocks = [one for one in _blocks(tree) if len(one.block or ()) > 1] if tree is not None else []
    if not blocks:
        return None
    inner = rng.choice(blocks).block or ()
    first = rng.randrange(len(inner) - 1)
    last = rng.randrange(first, len(inner))
    return _moved(files, path, inner[first].span.start, inner[last].span.end)


def _moved(files: Files, path: str, start: int, end: int) -> dict[str, str]:
    text, folder = files[path], path.rpartition("/")[0]
    there = f"{folder}/dg_part.inc" if folder else "dg_part.inc"
    return {**files, path: f"{text[:start]}\ninclude dg_part.inc;\n{text[end:]}", there: f"{text[start:end]}\n"}


CHANGES = (
    Change("a block's body included", "nginx", _body),
    Change("a part of a block included", "nginx", _part),
)
