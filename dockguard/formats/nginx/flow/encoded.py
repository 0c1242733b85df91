"""Where nginx encodes what a numbered group holds: in `set`, unless a `rewrite` has matched before it in the program.

A request's rewrite program starts with the flag `quote` on, and each `rewrite` that matches and goes on turns it off
(ngx_http_script_copy_capture_code, ngx_http_script_regex_end_code). Named groups and variables are never encoded.
"""

from __future__ import annotations

from collections.abc import Iterable

from dockguard.formats.nginx import action
from dockguard.formats.nginx.flow.order import opener, position
from dockguard.formats.nginx.flow.sources import Text
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.shape import Shape
from dockguard.record import replace

MAX_LINES = 2000  # that are passed on the way
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
        if _goes_on(level.directives[: position(own)]):
            return False
        if not level.context.startswith("if"):
            return True
        own, level = opener(level), level.parent
    return False


def _goes_on(lines: Iterable[Directive]) -> bool:
    """Whether one of some lines, or of the blocks of `if` among them, may rewrite the path and go on."""
    for count, line in enumerate(lines):
        if count >= MAX_LINES:
            return True
        if line.name == "rewrite" and not line.text(2) and not action.redirects(line):
            return True
        if line.name == "if" and line.block is not None and _goes_on(line.block.directives):
            return True
    return False


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
