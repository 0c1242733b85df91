"""Which nginx a configuration meets: the release that an image's tag names, and what came before or after it."""

from __future__ import annotations

from dockguard.formats.nginx.directives.table import Version
from dockguard.lazy import regex
from dockguard.source import Fact, Unknown

_TAG = regex(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:\.\d+)*(?:$|-)")
# Repositories whose tags are nginx's own numbers; others, Angie too, count their releases in another way.
_REPOSITORIES = tuple(
    """
    library/nginx nginx/nginx nginx/nginx-unprivileged nginxinc/nginx-unprivileged bitnami/nginx bitnamilegacy/nginx
    openresty/openresty linuxserver/nginx
    """.split()
)


def tagged(image: str) -> Version | None:
    """The release that an image's tag tells; None for images of other names and for tags like `stable`."""
    name, colon, tag = image.partition("@")[0].rpartition(":")
    match = _TAG.match(tag) if colon else None
    if match is None or not _numbered(name):
        return None
    return tuple(int(part) for part in match.groups() if part is not None)


def _numbered(name: str) -> bool:
    """Whether tags of this name are nginx's numbers: a known repository, under any registry that mirrors it."""
    first, slash, rest = name.partition("/")
    mirrored = slash and ("." in first or ":" in first or first == "localhost")
    path = rest if mirrored else name
    return path == "nginx" or any(path == known or path.endswith(f"/{known}") for known in _REPOSITORIES)


def is_upstream(image: str) -> bool:
    """Whether an image holds nginx as its makers build it, so that its number tells what is fixed in it."""
    name = image.partition("@")[0].rpartition(":")[0] or image
    return _numbered(name) and name.rpartition("/")[2] in ("nginx", "nginx-unprivileged") and "linuxserver" not in name


def release(version: Version | None, image: Fact[str]) -> Fact[Version]:
    """A release as a fact, placed at the image that tells it."""
    if version is not None:
        return Fact(version, image.span, image.via)
    why = image.value.why if isinstance(image.value, Unknown) else f"`{image.value}` does not tell the version of nginx"
    return Fact(Unknown(why), image.span, image.via)


def before(version: Version | None, numbers: Version) -> bool | None:
    """Whether a release is older than another; None where that is not known.

    A short version like (1, 25) is any of its releases, so (1, 25) before (1, 25, 1) is not known.
    """
    if version is None:
        return None
    if (*version, *(9999,) * 3)[:3] < numbers:
        return True
    return False if (*version, 0, 0)[:3] >= numbers else None
