"""Which files an `include` names: in the repository, in a container's file system, in an `nginx -T` dump."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import translate
from functools import lru_cache
from posixpath import basename, normpath

from dockguard.formats.nginx.home.container import HOMES
from dockguard.formats.nginx.home.container import Tree as Files
from dockguard.formats.nginx.home.render import rendered
from dockguard.formats.nginx.level import Gap
from dockguard.formats.nginx.text.parse import parse
from dockguard.formats.nginx.text.tree import Tree
from dockguard.source import Span
from dockguard.workspace import Workspace, folder_of, join

MAX_MATCHES = 500  # files that one glob may name
_MAGIC = frozenset("*?[")

_TLS = frozenset(
    """
    ssl_session_cache ssl_session_timeout ssl_session_tickets ssl_protocols ssl_prefer_server_ciphers ssl_ciphers
    """.split()
)
# Files of nginx's packages and of certbot that a repository need not have: what may stand in them.
_SHIPPED = {
    "mime.types": frozenset(("types",)),
    "fastcgi_params": frozenset(("fastcgi_param",)),
    "fastcgi.conf": frozenset(("fastcgi_param",)),
    "fastcgi-php.conf": frozenset(("fastcgi_param", "fastcgi_split_path_info", "try_files", "set", "fastcgi_index")),
    "uwsgi_params": frozenset(("uwsgi_param",)),
    "scgi_params": frozenset(("scgi_param",)),
    "koi-win": frozenset(("charset_map",)),
    "koi-utf": frozenset(("charset_map",)),
    "win-utf": frozenset(("charset_map",)),
    "options-ssl-nginx.conf": _TLS,
}

# Gives the trees that a pattern names, in order, and what may be unread besides.
Resolver = Callable[[str, Span], tuple[list[Tree], Gap | None]]


def _gap(pattern: str) -> Gap:
    why = f"`include {pattern}` is not in the repository"
    if "/modules-enabled/" in pattern or "/modules/" in pattern:
        return Gap(why, frozenset(("load_module",)))
    return Gap(why, _SHIPPED.get(basename(pattern)))


def _glob(parts: list[str], base: str, names: Callable[[str], Iterable[tuple[str, bool]]]) -> list[str]:
    found = [base]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        found = [join(folder, name) for folder in found for name in _matching(part, last, names(folder))][:MAX_MATCHES]
    return sorted(found)


def _matching(part: str, last: bool, entries: Iterable[tuple[str, bool]]) -> list[str]:
    fits = _pattern(part).match
    shown = part.startswith(".")
    return [name for name, is_dir in entries if is_dir != last and fits(name) and (shown or not name.startswith("."))]


@lru_cache(256)
def _pattern(part: str) -> re.Pattern[str]:
    return re.compile(translate(part))


def magic(pattern: str) -> bool:
    """Whether a path holds a wildcard; nginx accepts one that matches nothing."""
    return not _MAGIC.isdisjoint(pattern)


def in_workspace(workspace: Workspace, path: str, climb: int = 0) -> Resolver:
    """Includes of a file of the repository: relative to its folder, then to up to `climb` folders above it.

    Absolute paths below nginx's own folders are looked for as if that folder were the file's.
    """
    bases = [folder_of(path)]
    while climb and bases[-1]:
        bases.append(folder_of(bases[-1]))
        climb -= 1

    def resolve(pattern: str, at: Span) -> tuple[list[Tree], Gap | None]:
        inner = _inner(pattern)
        if inner is None or "$" in pattern:
            return [], _gap(pattern)
        for base in bases:
            paths = _paths(workspace, base, inner)
            if paths:
                trees = [workspace.tree(found, parse, at) for found in paths]
                return [tree for tree in trees if tree is not None], None
        seen = magic(pattern) and any(workspace.entry(join(base, folder_of(inner) or ".")) == "dir" for base in bases)
        return [], None if seen and folder_of(inner) else _gap(pattern)

    return resolve


def _inner(pattern: str) -> str | None:
    if not pattern.startswith("/"):
        return normpath(pattern) if pattern else None
    home = next((home for home in HOMES if pattern.startswith(home + "/")), None)
    return None if home is None else normpath(pattern[len(home) + 1 :])


def _paths(workspace: Workspace, base: str, inner: str) -> list[str]:
    if not magic(inner):
        path = join(base, inner)
        return [path] if workspace.entry(path) == "file" else []
    return _glob(inner.split("/"), base or ".", workspace.listing)


def in_container(files: Files, home: str, workspace: Workspace, base_known: bool) -> Resolver:
    """Includes of a container's main file; `base_known`: what the base image has in `conf.d` adds no policy."""

    def resolve(pattern: str, at: Span) -> tuple[list[Tree], Gap | None]:
        path = normpath(pattern if pattern.startswith("/") else f"{home}/{pattern}")
        folder, name = folder_of(path), basename(path)
        targets = [name] if not magic(name) else _matching(name, True, ((item, False) for item in files.names(folder)))
        trees = [_read(files, workspace, f"{folder}/{target}", at) for target in targets]
        trees += _rendered(files, workspace, folder, name, at) if folder.endswith("/conf.d") else []
        found = [tree for tree in trees if tree is not None]
        closed = found or (magic(name) and (files.covers(folder) or (base_known and folder.endswith("/conf.d"))))
        return found, None if closed else _gap(pattern)

    return resolve


def _read(files: Files, workspace: Workspace, target: str, at: Span) -> Tree | None:
    place = files.get(target)
    if place is None:
        return None
    found = workspace.tree(place.path, parse, at) if place.content is None else workspace.parsed(place.content, parse)
    made = files.filled.get(target)
    if made is None or found is None:
        return found
    if made.names is None:
        files.blanked[found.source.path] = found
    return rendered(found, files.variables, made.names)


def _rendered(files: Files, workspace: Workspace, folder: str, name: str, at: Span) -> list[Tree | None]:
    """What the official image's entry point renders from `templates/*.template` into `conf.d`."""
    source = f"{folder_of(folder)}/templates"
    taken = set(files.names(folder))
    names = [item.removesuffix(".template") for item in files.names(source) if item.endswith(".template")]
    fitting = _matching(name, True, ((item, False) for item in names if item not in taken))
    return [_filled(files, _read(files, workspace, f"{source}/{item}.template", at)) for item in fitting]


def _filled(files: Files, template: Tree | None) -> Tree | None:
    if template is None:
        return None
    files.templates[template.source.path] = template
    return rendered(template, files.variables)


def in_dump(parts: Mapping[str, Tree]) -> Resolver:
    """Includes of an `nginx -T` dump, whose every file is in the same text."""
    first = next(iter(parts), "/etc/nginx/nginx.conf")

    def resolve(pattern: str, at: Span) -> tuple[list[Tree], Gap | None]:
        path = normpath(pattern if pattern.startswith("/") else join(folder_of(first), pattern))
        if not magic(path):
            return ([parts[path]], None) if path in parts else ([], _gap(pattern))
        fits = _pattern(path).match
        return [tree for name, tree in sorted(parts.items()) if fits(name) and name.count("/") == path.count("/")], None

    return resolve
