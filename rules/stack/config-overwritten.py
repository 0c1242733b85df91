"""Configurations of nginx that a build copies and that a mount or a later copy covers."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from dockguard.api import Finding, Note, Running, Span

HOMES = ("/etc/nginx/", "/usr/local/openresty/nginx/conf/", "/usr/local/nginx/conf/")


def check(container: Running) -> Iterator[Finding]:
    """One finding for a file that is covered, with what covers it."""
    if container.built is None:
        return
    copied = [(normpath(file.target), file.span) for file in container.built.files if is_config(file.target)]
    mounted = [(normpath(mount.target), mount.span) for mount in container.mounts if mount.kind in ("bind", "config")]
    for index, (target, span) in enumerate(copied[:200]):
        later = [(path, place) for path, place in copied[index + 1 :] if path == target and place != span]
        cover = next((place for path, place in [*later, *mounted] if covers(path, target)), None)
        if cover is not None:
            yield found(target, span, cover, container)


def found(target: str, span: Span, cover: Span, container: Running) -> Finding:
    """What is said of a covered file."""
    message = f"nobody reads this `{target}`: in `{container.name}` something else takes its place"
    return Finding(span, message, (Note(cover, "this covers it"),))


def is_config(target: str) -> bool:
    """Whether it is a file of nginx's own folder."""
    return target.startswith(HOMES) and "." in target.rpartition("/")[2]


def covers(path: str, target: str) -> bool:
    """Whether a mount takes the place of a file: at it, or at a folder around it."""
    return path == target or target.startswith(f"{path.rstrip('/')}/")
