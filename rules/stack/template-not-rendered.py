"""Templates that the entry point of nginx's image does not get to render, or cannot write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Fact, Finding, Note, Served, Span

if TYPE_CHECKING:
    from dockguard.api import Service, Site

OUTPUT = "/etc/nginx/conf.d"
NAMES = ("nginx", "library/nginx", "nginx-unprivileged")


def check(served: Served) -> Iterator[Finding]:
    """One finding for a container, where its image's entry point is nginx's own."""
    site = cast("Site", served.site)
    image = (site.image.known or "").partition("@")[0].rpartition(":")[0] or (site.image.known or "")
    if not site.templates or not image.endswith(NAMES) or served.container.built is not None:
        return
    reason = _command(served) or _unwritable(served, image.endswith("unprivileged"))
    if reason is not None:
        place, why = reason
        notes = tuple(Note(tree.source.whole, "this template") for tree in site.templates[:3])
        yield Finding(place, f"the templates of `{served.container.name}` are not rendered: {why}", notes)


def _command(served: Served) -> tuple[Span, str] | None:
    """The command that the entry point passes by, or an entry point of another kind."""
    entrypoint, command = served.container.container.entrypoint, served.container.container.command
    text = " ".join((*_words(entrypoint), *_words(command)))
    if "docker-entrypoint" in text or "envsubst" in text:
        return None
    if entrypoint is not None and "nginx" in " ".join(_words(entrypoint)):
        return entrypoint.span, "this takes the place of the image's entry point"
    first, *_ = (*_words(command), "nginx")
    if command is not None and first not in ("nginx", "nginx-debug") and "nginx" in text:
        return command.span, "the entry point renders them only for a command that begins with `nginx`"
    return None


def _words(fact: Fact[tuple[str, ...]] | None) -> tuple[str, ...]:
    return (fact.known or ()) if fact is not None else ()


def _unwritable(served: Served, unprivileged: bool) -> tuple[Span, str] | None:
    """The folder for the results, on a read-only root, or root's and the container is not."""
    mounts = served.container.mounts
    covered = any(mount.target.rstrip("/") == OUTPUT for mount in mounts)
    if covered or mounts.open:
        return None
    service = cast("Service", served.container.container.node)
    if service.read_only.known:
        return service.read_only.span, f"`{OUTPUT}` lies on the read-only root"
    own: Fact[str] = service.user
    if not unprivileged and own.known and served.starts_as_root() is False:
        return own.span, f"`{OUTPUT}` belongs to root, and the container runs as `{own.known}`"
    return None
