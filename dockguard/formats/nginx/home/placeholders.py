"""Placeholders of templates that nothing fills in, so that nginx reads them as variables of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dockguard.formats.nginx.home.container import official
from dockguard.formats.nginx.home.render import MAX_PLACES, PLACE
from dockguard.formats.nginx.text.tree import Tree
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.nginx.site import Site

# Variables of the images themselves, and of the engine and the shell.
_GIVEN = regex(r"NGINX_\w+|NJS_\w+|PKG_\w+|DYNPKG_\w+|ACME_\w+|HOSTNAME|HOME|PATH|PWD|SHLVL|TERM|TZ|RESTY_\w+|UID|GID")
# nginx's own variables, which a name in capitals may mean too: it compares them in lower case.
_OWN = regex(
    r"(?:arg|http|cookie|sent_http|sent_trailer|upstream|ssl|server|request|remote|proxy|connection|time|geoip|fastcgi|"
    r"jwt|body|bytes|binary|content|date|document|gzip|limit|modern|ancient|msie|realip|secure|slice|session|uid|http2|"
    r"http3|quic|tcpinfo|proxy_protocol)_\w+|args|host|hostname|https|is_args|msec|nginx_version|pid|pipe|query_string|"
    r"realpath_root|request|scheme|status|uri|connection|protocol|invalid_referer|spdy",
    2,
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder in capitals of a template that the container's environment does not fill in."""

    name: str
    span: Span
    container: str

    @property
    def subject(self) -> str:
        """The container and the name."""
        return f"{self.container} ${{{self.name}}}"


def placeholders(site: Site) -> Iterator[Placeholder]:
    """Each name once, at its first place; nothing where the environment is not known as a whole."""
    known = site.root.memo.get("environment")
    if known is None or not site.templates or not site.container or not official(site.names):
        return
    for tree in site.templates:
        for name, span in unset(tree, known).items():
            if not _GIVEN.fullmatch(name) and not _OWN.fullmatch(name) and not _defined(name.lower(), site):
                yield Placeholder(name, span, site.container)


def blanked(site: Site) -> Iterator[Placeholder]:
    """Variables of nginx's own in templates that `envsubst` fills in without a list of names; each once."""
    known: Mapping[str, Fact[str]] | None = site.root.memo.get("environment")
    if known is None:
        return
    own = site.variables
    for tree in site.root.memo.get("blanked", ()):
        for name, span in _missing(tree, known).items():
            if not name.isupper() and (_OWN.fullmatch(name) or name in own.maps or name in own.sets):
                yield Placeholder(name, span, site.container)


def _defined(name: str, site: Site) -> bool:
    """Whether the configuration gives a variable of this name a value."""
    http = site.http
    named = http is not None and any(
        f"<{name}>" in text.lower() for level in http.walk() if level.statement for text in level.statement.texts
    )
    return named or name in site.variables.maps or name in site.variables.sets


def unset(tree: Tree, variables: Mapping[str, Fact[str]]) -> Mapping[str, Span]:
    """The placeholders in capitals that no variable fills in, each with its first place; comments are left out."""
    return {name: span for name, span in _missing(tree, variables).items() if name.isupper()}


def _missing(tree: Tree, variables: Mapping[str, Fact[str]]) -> Mapping[str, Span]:
    found: dict[str, Span] = {}
    for count, match in enumerate(PLACE.finditer(tree.source.text)):
        if count >= MAX_PLACES:
            break
        name = match[1] or match[2]
        at = bisect_right(tree.remarks, match.start(), key=lambda remark: remark[0]) - 1
        remarked = at >= 0 and match.start() < tree.remarks[at][1]
        if name not in variables and not remarked:
            found.setdefault(name, tree.source.span(match.start(), match.end()))
    return found
