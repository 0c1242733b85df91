"""Which capabilities the first process of a container holds, as the engine works them out."""

from __future__ import annotations

from collections.abc import Iterable

from dockguard.common.capabilities import ALL, DEFAULTS, EVERY
from dockguard.source import Fact, Many, Undecided
from dockguard.stack.pieces import Rights

# Who holds the first one can do what the second one is needed for where an image reads other users' folders.
_STANDS_FOR = {"DAC_OVERRIDE": "DAC_READ_SEARCH"}


def bounding(rights: Rights) -> frozenset[str]:
    """What no process of the container can go beyond (moby, `daemon/pkg/oci/caps/utils.go`, TweakCapabilities).

    Raises Undecided where a variable decides.
    """
    if bool(rights.privileged):
        return EVERY
    added, dropped = names(rights.added), names(rights.dropped)
    if ALL in added:
        return EVERY - dropped
    if ALL in dropped:
        return added
    return (DEFAULTS - dropped) | added


def lacking(rights: Rights, wanted: Iterable[str]) -> tuple[str, ...]:
    """The wanted ones that the container does not have, sorted; raises Undecided where a variable decides."""
    held = bounding(rights)
    return tuple(sorted(one for one in set(wanted) if one not in held and _STANDS_FOR.get(one) not in held))


def names(items: Many[Fact[str]]) -> frozenset[str]:
    """The names of a list; raises Undecided for one that only the run time knows."""
    if items.open:
        raise Undecided(items.open)
    found = set()
    for item in items:
        if not item.sure:
            raise Undecided(str(item.value))
        found.add(item.known or "")
    return frozenset(found)
