"""What nginx writes before it serves anything: its pid, temporary folders, caches and logs."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.site import Site
from dockguard.source import Many
from dockguard.stack.pieces import Written

# As nginx.org's packages are compiled, which the images `nginx` and `nginx-unprivileged` install.
_PREFIX, _PID, _TEMPORARY = "/etc/nginx", "/run/nginx.pid", "/var/cache/nginx"
_IMAGES = ("nginx", "nginxinc/nginx-unprivileged")
_TEMPS = {
    f"{name}_temp_path": f"{_TEMPORARY}/{folder}_temp"
    for name, folder in {
        "client_body": "client",
        "proxy": "proxy",
        "fastcgi": "fastcgi",
        "uwsgi": "uwsgi",
        "scgi": "scgi",
    }.items()
}
_CACHES = ("proxy_cache_path", "fastcgi_cache_path", "uwsgi_cache_path", "scgi_cache_path")
_LOGS = ("access_log", "error_log")
_LINKED = ("/var/log/nginx/access.log", "/var/log/nginx/error.log")  # to the container's output, in these images


def writes(site: Site) -> Many[Written]:
    """Files and folders, each once; open where the image's own main file, or an unread one, names further ones."""
    found: dict[str, Written] = {}
    for one in (*_named(site), *_defaults(site)):
        found.setdefault(one.path, one)
    return Many(tuple(found.values()), site.span, _open(site))


def _open(site: Site) -> str:
    if not _is_whole(site):
        return "its main file is the image's own"
    return site.open or site.root.hidden(frozenset(("pid", "include")))


def _is_whole(site: Site) -> bool:
    """Whether the main file is there."""
    return site.http is not None and site.http.statement is not None


def _named(site: Site) -> Iterator[Written]:
    """What lines of the configuration name."""
    for line in site.lines():
        why = _purpose(line)
        path = line.text(0)
        if why and path and "$" not in path and not line.words[0].opaque and not _goes_elsewhere(line.name, path):
            yield Written(join(_PREFIX, path), why, line.span, named=True, is_file=line.name in (*_LOGS, "pid"))


def _purpose(line: Directive) -> str:
    if line.name in _TEMPS:
        return "temporary files"
    if line.name in _CACHES:
        return "a cache"
    return "a log" if line.name in _LOGS else "its pid" if line.name == "pid" else ""


def _goes_elsewhere(name: str, path: str) -> bool:
    """Whether a log is none of the container's files, or one that the image links to its output."""
    return name in _LOGS and (path in ("off", "stderr", *_LINKED) or path.startswith(("syslog:", "/dev/", "memory:")))


def _defaults(site: Site) -> Iterator[Written]:
    """What the packages name where no line does; nothing for another build of nginx, or without the main file."""
    if not _is_whole(site) or not _is_packaged(site):
        return
    if not site.root.has("pid") and not site.root.hidden(frozenset(("pid",))):
        yield Written(_PID, "its pid", site.span, named=False, is_file=True)
    servers = [server.level for server in site.servers]
    for name, path in _TEMPS.items():
        if any(_is_default(level, name) for level in servers):
            yield Written(path, "temporary files", site.span, named=False)


def _is_default(level: Level, name: str) -> bool:
    fact = level.nearest(name)
    return fact.sure and not fact.written


def _is_packaged(site: Site) -> bool:
    from dockguard.common.images import facts_of

    known = (facts_of(name) for name in site.names)
    return any(facts is not None and facts.name in _IMAGES for facts in known)
