"""Paths inside a container, mapped to files of the repository by what a build copies and what is mounted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from posixpath import basename, dirname, normpath

from dockguard.formats.nginx.home.render import Substitution, substitutions
from dockguard.formats.nginx.text.tree import Tree as Templated
from dockguard.record import dataclass
from dockguard.source import Fact, Source
from dockguard.stack.pieces import Container, CopiedFile, Image, Mount
from dockguard.workspace import Workspace, join

HOMES = (
    "/etc/nginx",
    "/usr/local/openresty/nginx/conf",
    "/usr/local/nginx/conf",
    "/opt/bitnami/nginx/conf",
    "/etc/openresty",
    "/etc/angie",
)
_FOLDERS = frozenset(
    f"{home}{tail}" for home in HOMES for tail in ("", "/conf.d", "/http.d", "/templates", "/snippets")
)


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the container: a workspace path, or a text written inline."""

    target: str
    path: str
    content: Source | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One copy or mount; a later one covers an earlier one."""

    source: str
    target: str
    content: Source | None


class Tree:
    """The nginx side of a container's file system, as far as the repository fills it."""

    def __init__(
        self, layers: Sequence[Layer], workspace: Workspace, variables: Mapping[str, Fact[str]] | None = None
    ) -> None:
        self.layers, self.workspace = tuple(layers), workspace
        self.variables = variables or {}
        self.templates: dict[str, Templated] = {}  # what was rendered, by its path
        self.filled: dict[str, Substitution] = {}  # files that a command makes out of templates, by their paths
        self.blanked: dict[str, Templated] = {}  # of those, the ones in which every variable is replaced
        self.sealed = False  # nothing but nginx's own image and the layers make it up
        self.unseen: tuple[str, ...] = ()  # places where something is mounted that nobody can look into

    def get(self, path: str) -> Place | None:
        """The file at an absolute container path."""
        for layer in reversed(self.layers):
            if layer.target == path and (layer.content is not None or self._entry(layer.source) == "file"):
                return Place(path, layer.source, layer.content)
            if path.startswith(layer.target.rstrip("/") + "/") and self._entry(layer.source) == "dir":
                inner = join(layer.source, path[len(layer.target.rstrip("/")) + 1 :])
                if self._entry(inner) == "file":
                    return Place(path, inner)
        return None

    def names(self, folder: str) -> list[str]:
        """The names of the files in a container folder, sorted."""
        found = {basename(layer.target) for layer in self.layers if dirname(layer.target) == folder}
        for layer in self.layers:
            root = layer.target.rstrip("/")
            if folder == root or folder.startswith(root + "/"):
                inner = join(layer.source, folder[len(root) + 1 :] or ".")
                found.update(name for name, is_dir in self.workspace.listing(inner) if not is_dir)
        return sorted(name for name in found if self.get(f"{folder}/{name}"))

    def covers(self, folder: str) -> bool:
        """Whether a mounted or copied folder fills a container folder as a whole."""
        return any(
            (folder == layer.target.rstrip("/") or folder.startswith(layer.target.rstrip("/") + "/"))
            and self._entry(layer.source) == "dir"
            for layer in self.layers
        )

    def lacks(self, path: str) -> str:
        """`surely` or `likely` where a container of nginx's own image, as it comes, has no such file; "" else.

        A folder of the repository that is mounted there may get the file later, so it is `likely` then.
        """
        if not self.sealed or self.get(path) or path in _STOCK or path.startswith("/etc/nginx/modules/"):
            return ""
        if any(path == target or path.startswith(f"{target.rstrip('/')}/") for target in self.unseen):
            return ""
        if dirname(path) == "/etc/nginx/conf.d" and self.get(f"/etc/nginx/templates/{basename(path)}.template"):
            return ""
        return "likely" if self.covers(dirname(path)) else "surely"

    def _entry(self, path: str) -> str:
        return self.workspace.entry(path) if path else ""


def tree_of(image: Image | None, container: Container | None, workspace: Workspace) -> Tree:
    """The file system of a container, or of an image that nobody runs here."""
    layers = [_copied(item, workspace) for item in image.files] if image else []
    layers += [_mounted(mount) for mount in container.mounts if _usable(mount)] if container else []
    tree = Tree([layer for layer in layers if layer.target.startswith("/")], workspace, _environment(image, container))
    _fill_in(tree, image, container)
    if container is not None and image is None:
        tree.sealed = _as_it_comes(container)
        tree.unseen = tuple(normpath(mount.target or "/") for mount in container.mounts if not _usable(mount))
    return tree


def _fill_in(tree: Tree, image: Image | None, container: Container | None) -> None:
    """Put the files in place that the command makes out of templates before it starts nginx."""
    given = (container.entrypoint, container.command) if container is not None else ()
    made = (image.entrypoint, image.cmd) if image is not None else ()
    words = [word for fact in (*given, *made) if fact is not None for word in fact.known or ()]
    for one in substitutions(words):
        place = tree.get(one.source)
        if place is not None and one.target.startswith("/"):
            tree.layers = (*tree.layers, Layer(place.path, one.target, place.content))
            tree.filled[one.target] = one


# What nginx's own image has below its folder.
_STOCK = frozenset(
    f"/etc/nginx/{name}"
    for name in "nginx.conf mime.types fastcgi_params fastcgi.conf scgi_params uwsgi_params conf.d/default.conf".split()
)


def _as_it_comes(container: Container) -> bool:
    """Whether it is nginx's own image with its own entry point and command, and all of its mounts are known."""
    changed = (container.command is not None and container.command.value is not None) or (
        container.entrypoint is not None and container.entrypoint.value is not None
    )
    plain = official([container.image.known or ""]) and "openresty" not in (container.image.known or "")
    return plain and not changed and container.build is None and not container.mounts.open


def _environment(image: Image | None, container: Container | None) -> Mapping[str, Fact[str]]:
    """The variables of a container: the image's, then its own; unread files may change the image's."""
    own = container.environment if container is not None else {}
    if image is None or (container is not None and container.environment_open):
        return own
    return {**image.env, **own}


def _usable(mount: Mount) -> bool:
    return mount.content is not None or (mount.kind in ("bind", "config", "secret") and mount.inside)


def _mounted(mount: Mount) -> Layer:
    return Layer(mount.host, normpath(mount.target or "."), mount.content)


def _copied(item: CopiedFile, workspace: Workspace) -> Layer:
    target = normpath(item.target or ".")
    a_file = item.content is None and workspace.entry(item.source) == "file"
    if a_file and (item.target.endswith("/") or target in _FOLDERS):
        target = f"{target}/{basename(item.source)}"
    return Layer(item.source, target, item.content)


def official(names: Iterable[str]) -> bool:
    """Whether one of these image names is nginx's own image, whose main file adds no policy of its own."""
    for name in names:
        plain = name.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if plain in ("nginx", "nginx-unprivileged", "openresty"):
            return True
    return False
