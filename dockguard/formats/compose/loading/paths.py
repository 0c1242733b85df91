"""Relative paths of a model, resolved against the folder of its project."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from posixpath import isabs, normpath, relpath
from typing import TYPE_CHECKING

from dockguard.formats.compose.text.tree import OPEN, Table, Value
from dockguard.lazy import regex

if TYPE_CHECKING:
    from dockguard.formats.compose.loading.load import Loader

_WINDOWS = regex(r"[A-Za-z]:[\\/]|\\\\")
_URL = regex(r"[a-z][a-z0-9+.-]*://|git@|github\.com/", re.IGNORECASE)
_REMOTE = ("oci://", "https://", "http://", "git@", "git://", "ssh://", "github.com/")
Resolve = Callable[[Value, "Resolver"], Value]


def is_remote(path: str) -> bool:
    """Whether Docker Compose would fetch it."""
    return path.startswith(_REMOTE) or path.partition("#")[0].endswith(".git")


class Resolver:
    """One folder's resolution. `home` stands for `~`.

    The paths of an included project, or of a base in another file, stay relative to the folder of the project that
    takes them in (`above`): there they are compared with its own before they are made absolute.
    """

    def __init__(self, loader: Loader, folder: str, above: str | None = None) -> None:
        self.folder = loader.absolute(folder)
        if above is not None:
            self.folder = relpath(self.folder, loader.absolute(above))
        self.home = loader.home

    def text(self, path: str) -> str:
        """A path as it is on the host."""
        if path.startswith("~"):  # `~bob` too: Docker Compose looks for nobody's home but its own
            path = normpath(f"{self.home}/{path[1:]}") if self.home else path
        if not path or isabs(path) or _WINDOWS.match(path) or path.startswith((OPEN, "~")):
            return path
        return normpath(f"{self.folder}/{path}")

    def value(self, value: Value) -> Value:
        """The same of a string value."""
        if not isinstance(value.data, str):
            return value
        path = self.text(value.data)
        return value if path == value.data else Value(path, value.span, value.key, value.via, direct=False)


def resolve_paths(model: Value, loader: Loader, folder: str, above: str | None = None) -> Value:
    """The model with host paths instead of relative ones (compose-go's `paths.ResolveRelativePaths`)."""
    return _visit(model, _resolvers(), Resolver(loader, folder, above))


def _visit(value: Value, table: Table, resolver: Resolver) -> Value:
    if table.entry is not None:
        resolve: Resolve = table.entry
        return resolve(value, resolver)
    if value.is_map:
        changed = {}
        for name, item in value.data.items():
            down = table.down(name)
            if down is not None:
                changed[name] = _visit(item, down, resolver)
        return value.with_data({**value.data, **changed}) if changed else value
    if value.is_list and table.star is not None:
        return value.with_data([_visit(item, table.star, resolver) for item in value.data])
    return value


def _path(value: Value, resolver: Resolver) -> Value:
    if value.is_list:
        return value.with_data([resolver.value(item) for item in value.data])
    return resolver.value(value)


def _context(value: Value, resolver: Resolver) -> Value:
    """A build context, unless it is a remote one, or `service:` or `docker-image://`."""
    text = value.text
    if is_remote(text) or _URL.match(text) or text.startswith(("service:", "docker-image:", "oci-layout:")):
        return value
    return resolver.value(value)


def _mount(value: Value, resolver: Resolver) -> Value:
    kind, source = value.get("type"), value.get("source")
    if kind is None or kind.data != "bind" or source is None:
        return value
    if source.data == "":  # Docker Compose mounts the project's folder
        source = source.with_data(".")
    return value.with_data({**value.data, "source": resolver.value(source)})


def _driver_options(value: Value, resolver: Resolver) -> Value:
    """A local volume that is a bind mount in disguise."""
    driver, options = value.get("driver"), value.get("driver_opts")
    device = options.map.get("device") if options is not None else None
    kind = options.map.get("o") if options is not None else None
    if driver is None or driver.data != "local" or options is None or device is None or kind is None:
        return value
    if kind.data != "bind":
        return value
    return value.with_data(
        {**value.data, "driver_opts": options.with_data({**options.data, "device": resolver.value(device)})}
    )


_SERVICE: dict[str, Resolve] = {
    "build.context": _context,
    "build.additional_contexts.*": _context,
    "env_file.*.path": _path,
    "label_file.*": _path,
    "develop.watch.*.path": _path,
    "volumes.*": _mount,
    "pre_start.*.volumes.*": _mount,
    "pre_start.*.env_file.*.path": _path,
    "pre_start.*.label_file.*": _path,
}


@cache
def _resolvers() -> Table:
    table: dict[str, Resolve] = {}
    for prefix in ("services.*", "jobs.*"):
        table |= {f"{prefix}.{path}": resolve for path, resolve in _SERVICE.items()}
    table |= {"configs.*.file": _path, "secrets.*.file": _path, "volumes.*": _driver_options}
    return Table.of(table)
