"""Where nginx encodes what a numbered group holds: in `set`, unless a `rewrite` has matched before it in the program.

A request's rewrite program starts with the flag `quote` on, and each `rewrite` that matches and goes on turns it off
(ngx_http_script_copy_capture_code, ngx_http_script_regex_end_code). Named groups and variables are never encoded.
"""

from __future__ import annotations

from dockguard.formats.nginx import action
from dockguard.formats.nginx.flow.order import opener, position
from dockguard.formats.nginx.flow.sources import Text
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.shape import Shape
from dockguard.record import replace

_KEPT = chars.ALL & ~chars.CONTROL
_MEANT = chars.CONTROL | chars.of(" #?%")  # what is encoded, where a request had it encoded
_SIGN, _CODE = chars.of("%"), chars.of("%0123456789ABCDEF")


def again(line: Directive) -> bool:
    """Whether nginx encodes what `$1` holds in a line's value."""
    if line.name != "set":
        return False
    level: Level | None = line.level
    own: Directive | None = line
    while level is not None and own is not None:
        if position(own) > _first(level):
            return False
        if not level.context.startswith("if"):
            return True
        own, level = opener(level), level.parent
    return False


def _first(level: Level) -> int:
    """Where the first line of a block stands that may rewrite the path and go on; its length without one."""
    if "goes on" not in level.memo:
        found = (at for at, line in enumerate(level.directives) if _goes_on(line))
        level.memo["goes on"] = next(found, len(level.directives))
    first: int = level.memo["goes on"]
    return first


def _goes_on(line: Directive) -> bool:
    if line.name == "rewrite":
        return not line.text(2) and not action.redirects(line)
    inner = line.block if line.name == "if" else None
    return inner is not None and _first(inner) < len(inner.directives)


def text(raw: Text) -> Text:
    """What a part of the decoded path holds after nginx has encoded it again.

    Paths that a `rewrite` made of `$request_uri` hold a `?` that was never encoded, and stays.
    """
    spared = raw.shape.chars & _MEANT
    if not raw.decoded or not spared:
        return raw
    shape = raw.shape
    made = Shape(
        shape.chars & _KEPT | _CODE,
        shape.first & _KEPT | (_SIGN if shape.first & ~_KEPT else 0),
        shape.last & _KEPT | (_CODE & ~_SIGN if shape.last & ~_KEPT else 0),
        shape.empty,
        shape.needs & _KEPT,
    )
    return replace(raw, shape=made, encoded=spared)
