"""What happens to a request's path on its way through `proxy_pass`.

Without variables nginx replaces the part that the location matched, and encodes the decoded path again; with
variables it sends what it is given, as it is (ngx_http_proxy_module, `proxy_pass`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.flow import authority, captures
from dockguard.formats.nginx.flow.order import server_of
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
            if part.name and part.text.known and part.text.decoded and _risky(part):
                return f"`{address[part.start : part.end]}` is decoded, and sent without being encoded again", part
    return _encoded_twice(line, ways, taint)


def _risky(part: Part) -> bool:
    """Whether it holds what means something else in a path; what is encoded again holds no line breaks either."""
    mask = _RISKY & chars.CONTROL if part.text.encoded else _RISKY
    return bool(part.text.shape.chars & mask)


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
    if "$" in line.text(0) and any(authority.path(way, True) or any(map(_open, way)) for way in ways):
        return None
    now = taint.path(line)
    if not now.decoded and "request_uri" in now.chosen:
        return "the path was replaced by the raw `$request_uri`, and is encoded once more here", None
    if now.decoded and any(_raw(other, taint) for other in _conditions(line)):
        return "where the raw `$request_uri` becomes the path, it is encoded once more here", None
    return None


def _conditions(line: Directive) -> Iterator[Directive]:
    """The `if`s that were asked before a line, in its location and in its server."""
    yield from (other for other in captures.before(line) if other.name == "if")
    server = server_of(line.level)
    if server is not None and server is not line.level:
        yield from server.own.get("if", ())


def _raw(asked: Directive, taint: Taint) -> bool:
    """Whether an `if` replaces the path by the raw one and goes on."""
    block = asked.block
    if block is None or block.has("return"):
        return False
    made = [other for other in block.own.get("rewrite", ()) if other.text(0) == "^"]
    held = taint.text(made[-1].text(1), made[-1]) if made else None
    return held is not None and not held.decoded and "request_uri" in held.chosen


def _open(part: Part) -> bool:
    """Whether a variable is always empty, which is a fault of its own, or a whole address that nobody knows."""
    whole = part.start == 0 and not part.text.known
    return bool(part.name) and (whole or not part.text.shape.chars)


def fixed(line: Directive) -> str | None:
    """The path that every request of a location gets, since the address holds variables before it and none in it."""
    address = line.text(0)
    match = location(line.level)
    scheme, sign, rest = address.partition("://")
    host, slash, path = (rest if sign else address).partition("/")
    if "$" not in (scheme if sign else "") + host or match is None or match.modifier == "=":
        return None
    return slash if slash and not path else None


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
