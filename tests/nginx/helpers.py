"""Small ways to ask the format about texts."""

from __future__ import annotations

from dockguard.formats.nginx import FORMAT
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.text.parse import parse
from dockguard.formats.nginx.text.tree import Tree
from dockguard.source import Source
from dockguard.workspace import Workspace


def tree(text: str, path: str = "nginx.conf") -> Tree:
    """A parsed text."""
    return parse(Source(path, text))


def sites(**files: str) -> list[Site]:
    """The sites of a repository; `__` in a name is a `/`, and names get `.conf`."""
    texts = {f"{name.replace('__', '/').replace('conf_d', 'conf.d')}.conf": text for name, text in files.items()}
    workspace = Workspace(None, texts=texts)
    trees = [workspace.tree(path, parse) for path in sorted(texts)]
    return list(FORMAT.assemble([one for one in trees if one], workspace, []))


def site(text: str, **more: str) -> Site:
    """The site of `nginx.conf`, and perhaps further files."""
    return sites(nginx=text, **more)[0]


def whole(server: str, http: str = "") -> str:
    """A whole configuration around the lines of a server."""
    return f"events {{}} http {{ {http} server {{ listen 80; {server} }} }}"


def context(found: Site, path: str | None) -> Location:
    """The context of a location as written."""
    return next(one for one in found.locations if one.path == path and one.kind in ("location", "server"))


def names(location: Location) -> list[str]:
    """The names of the headers that count in a context."""
    return [header.name for header in location.headers]
