"""Variants of Compose projects as people read them: the base once, then what is laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dockguard.render.places import from_here
from dockguard.report import Run

PLUS, ALONE = " + ", "alone"
SHOWN = 8  # projects that a header names
LISTED = 12  # variants of one project that a header names


def label(variant: str, run: Run) -> str:
    """A variant's name, its base as the working directory sees it."""
    base, plus, rest = variant.partition(PLUS)
    return f"{from_here(base, run)}{plus}{rest}"


def told(names: Sequence[str], run: Run, most: int) -> str:
    """Where a finding holds: `all 5`, `with compose.prod.yaml`; at most so many of a project by name."""
    found = by_project(names, run, most)
    several = len({*map(_base, run.stacks), *map(_base, names)}) > 1
    if not several:
        found = {base.rpartition("/")[2]: text for base, text in found.items()}
    whole = len(found) == 1 and next(iter(found.values())).startswith(("all", "both"))
    return "; ".join(
        text if whole or (not several and not text.startswith(ALONE)) else f"{base} {text}".rstrip()
        for base, text in found.items()
    )


def by_project(names: Sequence[str], run: Run, most: int) -> dict[str, str]:
    """The base of each project, as the working directory sees it, and which of its variants."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_base(name), []).append(name)
    return {from_here(base, run): _which(here, _siblings(base, run.stacks), most) for base, here in found.items()}


def projects(run: Run) -> Iterator[str]:
    """Each project of a run with its variants, for a header."""
    bases = list(dict.fromkeys(map(_base, run.stacks)))
    for base in bases[:SHOWN] if len(bases) > SHOWN + 1 else bases:
        names = _siblings(base, run.stacks)
        if len(names) == 1:
            yield label(names[0], run)
        else:
            shown = [*map(_how, names[:LISTED])] + ([f"{len(names) - LISTED} more"] if len(names) > LISTED else [])
            yield f"{from_here(base, run)}, {len(names)} variants: {', '.join(shown)}"
    if len(bases) > SHOWN + 1:
        yield f"... and {len(bases) - SHOWN} more (--show-files lists them)"


def _which(names: Sequence[str], every: Sequence[str], most: int) -> str:
    """`all 5`, `all 5 but …`, `all with compose.prod.yaml`, or each by its name; "" for the only one."""
    left = [name for name in every if name not in names]
    if set(names) == set(every):
        return ("", "", "both")[len(every)] if len(every) < 3 else f"all {len(every)}"
    if len(left) == 1 and len(names) > 1:
        return f"all {len(every)} but {'the one ' if PLUS in left[0] else 'the base '}{_how(left[0])}"
    shared = _shared(names, left)
    if shared:
        return f"all with {' or '.join(shared)}"
    shown = list(map(_how, names))
    if len(shown) > most + 1:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more (-v shows them)"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _shared(names: Sequence[str], left: Sequence[str]) -> list[str]:
    """Overlays, fewer than the variants, of which each of these has one and no other variant has any."""
    foreign = {overlay for name in left for overlay in _overlays(name)}
    todo, found = list(names), []
    while todo:
        own = [overlay for name in todo for overlay in _overlays(name) if overlay not in foreign]
        if not own:
            return []
        best = max(dict.fromkeys(own), key=own.count)
        found.append(best)
        todo = [name for name in todo if best not in _overlays(name)]
    return found if len(found) < len(names) else []


def _how(name: str) -> str:
    """`with compose.prod.yaml`; `alone` for the base."""
    rest = name.partition(PLUS)[2]
    return f"with {rest}" if rest else ALONE


def _base(name: str) -> str:
    return name.partition(PLUS)[0]


def _overlays(name: str) -> list[str]:
    return name.split(PLUS)[1:]


def _siblings(name: str, stacks: Iterable[str]) -> list[str]:
    """The variants of the project that a variant belongs to."""
    return [stack for stack in stacks if _base(stack) == _base(name)]
