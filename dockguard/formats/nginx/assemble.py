"""Files to sites: what containers run first, then whole configurations, then the fragments that nobody includes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath

from dockguard.formats.nginx.build import OUTER, Builder, context_of
from dockguard.formats.nginx.directives.table import Version, numbers
from dockguard.formats.nginx.home import container as containers
from dockguard.formats.nginx.home.resolve import Resolver, in_container, in_dump, in_workspace
from dockguard.formats.nginx.level import UNSEEN, Gap, Level
from dockguard.formats.nginx.site import Site, unseen
from dockguard.formats.nginx.text.detect import is_dump
from dockguard.formats.nginx.text.tree import Tree
from dockguard.source import Fact, Source, Span
from dockguard.stack.pieces import Assumption, Container, Image, Piece
from dockguard.workspace import Workspace, folder_of, join

MAX_FRAGMENTS = 2000  # files that are tried for being included by another one
_TOGETHER = ("conf.d", "http.d", "sites-enabled")  # folders whose files one main file takes in together


def assemble(trees: Sequence[Tree], workspace: Workspace, above: Sequence[Piece]) -> Iterator[Site]:
    """The sites of a stack: what its containers and images run, then what the other trees are by themselves."""
    claimed: set[str] = set()
    assumed = [piece for piece in above if isinstance(piece, Assumption) and piece.attribute == "nginx"]
    for site in _running(workspace, above):
        claimed |= {source.path for source in site.sources}
        yield _dated(site, assumed)
    for site in _alone([tree for tree in trees if tree.source.path not in claimed], workspace):
        yield _dated(site, assumed)


def _dated(site: Site, assumed: Sequence[Assumption]) -> Site:
    """With the version that the configuration gives to its image; files that no image is seen for fit `*`."""
    for assumption in assumed:
        fits = any(fnmatchcase(name, assumption.image) for name in site.names or ("",))
        if fits and (version := _version(str(assumption.value))):
            site.root.version = version
            break
    return site


def _version(text: str) -> Version | None:
    parts = text.split(".")
    return numbers(text) if len(parts) in (2, 3) and all(part.isdecimal() for part in parts) else None


# --- containers ---


def _running(workspace: Workspace, above: Sequence[Piece]) -> Iterator[Site]:
    images = [piece for piece in above if isinstance(piece, Image)]
    by_request = {image.request: image for image in images if image.request is not None}
    used: set[int] = set()
    for piece in above:
        if isinstance(piece, Container):
            image = by_request.get(piece.build.key) if piece.build else None
            used.add(id(image))
            yield from _inside(image, piece, workspace)
    for image in images:
        if id(image) not in used:
            yield from _inside(image, None, workspace)


def _inside(image: Image | None, container: Container | None, workspace: Workspace) -> Iterator[Site]:
    files = containers.tree_of(image, container, workspace)
    if not any(
        "nginx" in layer.target or "angie" in layer.target or "openresty" in layer.target for layer in files.layers
    ):
        covering = [layer for layer in files.layers if layer.target in ("/etc", "/")]
        if not covering:
            return
    names = [image.base] if image is not None else []
    names += [container.image] if container is not None and container.image.written else []
    for home in containers.HOMES:
        site = _home(files, home, workspace, names, container.name if container else "")
        if site is not None:
            site.root.memo["lacks"] = lambda path, home=home: files.lacks(normpath(join(home, path)))
            site.root.memo["templates"] = tuple(files.templates.values())
            site.root.memo["blanked"] = tuple(files.blanked.values())
            mark = container.fronted if container is not None else None
            site.root.memo["fronted"] = mark is not None and mark.written
            whole = container is not None and not container.environment_open
            site.root.memo["environment"] = files.variables if whole else None
            yield site
            return


def _home(files: containers.Tree, home: str, workspace: Workspace, names: list[Fact[str]], name: str) -> Site | None:
    known = containers.official(one.known or "" for one in names)
    resolver = in_container(files, home, workspace, known)
    main, _ = resolver(f"{home}/nginx.conf", _nowhere())
    if main and context_of(main[0]) == "main":
        builder = Builder(resolver)
        root = builder.root(main[0].source.whole)
        builder.file(main[0], root)
        site = _site(builder, root, names, name)
        included = any(line.name == "include" and line.text(0).endswith("conf.d/*.conf") for line in site.directives)
        site.root.memo["stock"] = known and included and not _covers_stock(files, home)
        return site
    parts, _ = resolver(f"{home}/conf.d/*.conf", _nowhere())
    parts = [tree for tree in parts if context_of(tree) in ("http", "server")]
    if not parts:
        return None
    site = _fragments(parts, "http", resolver, None if known else UNSEEN, names, name)
    site.root.memo["stock"] = known and not _covers_stock(files, home)
    return site


def _covers_stock(files: containers.Tree, home: str) -> bool:
    """Whether something takes the place of the `conf.d/default.conf` that nginx's own image has."""
    if files.covers(f"{home}/conf.d"):
        return True
    return any(files.get(f"{home}/{name}") for name in ("conf.d/default.conf", "templates/default.conf.template"))


def _nowhere() -> Span:
    return Source("", "").whole


# --- files by themselves ---


def _alone(trees: Sequence[Tree], workspace: Workspace) -> Iterator[Site]:
    claimed: set[str] = set()
    mains = [tree for tree in trees if is_dump(tree.source.text) or context_of(tree) == "main"]
    for tree in mains:
        site = _dump(tree) if is_dump(tree.source.text) else _main(tree, workspace)
        claimed |= {source.path for source in site.sources}
        yield site
    rest = [tree for tree in trees if tree not in mains and tree.source.path not in claimed]
    included = _included(rest[:MAX_FRAGMENTS], workspace)
    for group in _groups(tree for tree in rest if tree.source.path not in included):
        path = group[0].source.path
        yield _fragments(group, context_of(group[0]), in_workspace(workspace, path, 3), UNSEEN, [], "")


def _main(tree: Tree, workspace: Workspace) -> Site:
    builder = Builder(in_workspace(workspace, tree.source.path))
    root = builder.root(tree.source.whole)
    builder.file(tree, root)
    return _site(builder, root, [], "")


def _dump(tree: Tree) -> Site:
    parts = _parts(tree)
    builder = Builder(in_dump(parts))
    root = builder.root(tree.source.whole)
    builder.sources.append(tree.source)
    for part in list(parts.values())[:1]:
        builder.fill(root, part.statements, None)
    return _site(builder, root, [], "")


def _parts(tree: Tree) -> dict[str, Tree]:
    """The files of an `nginx -T` dump by their paths, in order; all of them stand in the one text."""
    marks = []
    for start, end in tree.remarks:
        text = tree.source.text[start:end].strip()
        if text.startswith("# configuration file ") and text.endswith(":"):
            marks.append((start, normpath(text[21:-1])))
    parts: dict[str, Tree] = {}
    for index, (start, path) in enumerate(marks):
        end = marks[index + 1][0] if index + 1 < len(marks) else len(tree.source.text)
        inside = tuple(statement for statement in tree.statements if start <= statement.name.start < end)
        parts.setdefault(path, Tree(Source(tree.source.path, tree.source.text), inside))
    return parts


def _included(trees: Sequence[Tree], workspace: Workspace) -> set[str]:
    """Paths of fragments that other fragments include."""
    found: set[str] = set()
    for tree in trees:
        resolver = in_workspace(workspace, tree.source.path, 3)
        for statement in tree.walk():
            if statement.name.text == "include" and statement.args and not statement.args[0].opaque:
                named, _ = resolver(statement.args[0].text, statement.head)
                found |= {other.source.path for other in named if other.source.path != tree.source.path}
    return found


def _groups(trees: Iterable[Tree]) -> Iterator[list[Tree]]:
    together: dict[str, list[Tree]] = {}
    for tree in trees:
        folder = folder_of(tree.source.path)
        if folder.rpartition("/")[2] in _TOGETHER and context_of(tree) == "http":
            together.setdefault(folder, []).append(tree)
        else:
            yield [tree]
    yield from together.values()


def _fragments(
    trees: list[Tree], context: str, resolver: Resolver, gap: Gap | None, names: list[Fact[str]], name: str
) -> Site:
    builder = Builder(resolver)
    root = builder.root(trees[0].source.whole)
    level = _around(builder, root, context, gap)
    for tree in trees:
        builder.file(tree, level if context_of(tree) == context else _around(builder, root, context_of(tree), gap))
    return _site(builder, root, names, name)


def _around(builder: Builder, root: Level, context: str, gap: Gap | None) -> Level:
    """The blocks around a fragment, outermost first, each with what nobody has read."""
    if context == "main":
        root.gaps += [gap] if gap else []
        return root
    parent = _around(builder, root, OUTER[context], gap)
    if context == "http":
        same = [child for child in parent.children if child.context == "http" and child.statement is None]
        if same:
            return same[0]
    return builder.implicit(context, parent, gap)


def _site(builder: Builder, root: Level, names: list[Fact[str]], name: str) -> Site:
    image = names[0] if names else unseen(builder.sources[0].whole)
    site = Site(root, builder.directives, builder.sources, image, name)
    site.names = tuple(one.known for one in names if one.known is not None)
    return site
