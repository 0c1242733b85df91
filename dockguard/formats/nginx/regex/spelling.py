"""Whether a short text is one that a part of an expression takes, and the text that every match begins with."""

from __future__ import annotations

from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.pcre_tree import Alt, Atomic, Edge, Group, Node, One, Repeat, Seq


def takes(node: Node, text: str) -> bool:
    """Whether it surely matches the whole of a text; never where it looks around or back."""
    return len(text) in _ends(node, text, frozenset((0,)))


def _ends(node: Node, text: str, starts: frozenset[int]) -> frozenset[int]:
    """Where a part can end that begins at one of some places."""
    match node:
        case One(mask=mask):
            return frozenset(at + 1 for at in starts if at < len(text) and chars.of(text[at]) & mask)
        case Seq(items=items):
            for item in items:
                starts = _ends(item, text, starts)
            return starts
        case Alt(options=options):
            return frozenset().union(*(_ends(option, text, starts) for option in options))
        case Repeat():
            return _repeated(node, text, starts)
        case Group(item=item) | Atomic(item=item):
            return _ends(item, text, starts)
    return frozenset()


def _repeated(node: Repeat, text: str, starts: frozenset[int]) -> frozenset[int]:
    found = starts if not node.low else frozenset()
    seen: set[frozenset[int]] = set()
    for count in range(1, min(node.high, node.low + len(text) + 1) + 1):
        starts = _ends(node.item, text, starts)
        if not starts or (count > node.low and starts in seen):
            break
        seen.add(starts)
        found |= starts if count >= node.low else frozenset()
    return found


def opening(node: Node) -> str:
    """The text that what it matches begins with, where it is tied to the beginning; "" for none."""
    items = node.items if isinstance(node, Seq) else ()
    if not items or not isinstance(items[0], Edge) or items[0].sign not in ("^", "A"):
        return ""
    found = ""
    for item in items[1:]:
        char = chars.few(item.mask, 1) if isinstance(item, One) else None
        if not char:
            break
        found += char
    return found
