"""What happens to a request's path on its way through `proxy_pass`.

Without variables nginx replaces the part that the location matched, and encodes the decoded path again; with
variables it sends what it is given, as it is (ngx_http_proxy_module, `proxy_pass`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.flow import authority
from dockguard.formats.nginx.flow.taint import Part, Taint, Way
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import chars

_RISKY = chars.of("?#% \n\r")  # that mean something else in a path when they are not encoded

Trouble = tuple[str, Part | None]  # what, in words, and the variable that it is about


def trouble(line: Directive, ways: Sequence[Way], taint: Taint) -> Trouble | None:
    """What is wrong with the path that an upstream gets."""
    address = line.text(0)
    if "$" not in address:
        return _slashes(line, address) or _encoded_twice(line, ways, taint)
    for way in ways:
        for part in authority.path(way, True):
            if part.name and part.text.known and part.text.decoded and part.text.shape.chars & _RISKY:
                return f"`{address[part.start : part.end]}` is decoded, and sent without being encoded again", part
    return _encoded_twice(line, ways, taint)


def _slashes(line: Directive, address: str) -> Trouble | None:
    """A slash at the end of the location and none at the end of the path, or the other way round."""
    match = location(line.level)
    path = written_path(address)
    if match is None or not match.prefix or not path or "?" in path:
        return None
    if match.pattern.endswith("/") == path.endswith("/"):
        return None
    if path.endswith("/"):
        return f"`{match.pattern}../` leads to `{path}../`, out of `{path}`", None
    return f"`{match.pattern}x` is asked for as `{path}x`", None


def _encoded_twice(line: Directive, ways: Sequence[Way], taint: Taint) -> Trouble | None:
    """A `rewrite` to the raw path whose result nginx encodes once more."""
    if "$" in line.text(0) and any(authority.path(way, True) or any(map(_nothing, way)) for way in ways):
        return None
    now = taint.path(line)
    if now.decoded or "request_uri" not in now.chosen:
        return None
    return "the path was replaced by the raw `$request_uri`, and is encoded once more here", None


def _nothing(part: Part) -> bool:
    """Whether a variable is always empty, which is a fault of its own."""
    return bool(part.name) and not part.text.shape.chars


def fixed(line: Directive) -> str | None:
    """The path that every request of a location gets, since the address holds variables before it and none in it."""
    address = line.text(0)
    at = address.rfind("$")
    match = location(line.level)
    if at < 0 or match is None or match.modifier == "=":
        return None
    tail = address[at:].lstrip("${")
    path = tail[tail.find("/") :] if "/" in tail else ""
    return path if path == "/" else None


def location(level: Level) -> matching.Match | None:
    """The match of the location around a line."""
    around = next((one for one in level.chain if one.context == "location"), None)
    return matching.own_match(around) if around is not None else None


def written_path(address: str) -> str:
    """The path of an address without variables; "" for none."""
    rest = address.partition("://")[2] if "://" in address else ""
    if rest.startswith("unix:"):
        return rest[5:].partition(":")[2]
    at = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
    return rest[at:]
