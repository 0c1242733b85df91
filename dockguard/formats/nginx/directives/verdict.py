"""What nginx's own check says of one directive: unknown, not allowed here, wrong arguments."""

from __future__ import annotations

from dockguard.formats.nginx.directives import table
from dockguard.record import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wrong` says in words what is expected instead; `lacking` why this version of nginx does not know it."""

    unknown: bool = False
    misplaced: bool = False
    wrong: str = ""
    lacking: str = ""


FINE = Verdict()


def judge(
    name: str, context: str, args: tuple[str, ...], block: bool, opaque: bool, version: table.Version | None = None
) -> Verdict:
    """A directive in a context of the table; with context "" nobody knows where it stands. Templates are not judged."""
    if context == table.OPAQUE or opaque or not name or "$" in name:
        return FINE
    if version is not None and (why := table.lacking(name, version)):
        return Verdict(unknown=True, lacking=why)
    entries = table.entries(name)
    if not entries:
        return FINE if table.foreign(name) or name in table.REMOVED else Verdict(unknown=True)
    here = [entry for entry in entries if not context or context in entry.contexts or "any" in entry.contexts]
    if not here:
        return Verdict(misplaced=True)
    if any(entry.block == block and entry.accepts(args) for entry in here):
        return FINE
    return Verdict(wrong=_expected(here, block, args))


def _expected(entries: list[table.Entry], block: bool, args: tuple[str, ...]) -> str:
    if all(entry.block != block for entry in entries):
        return "no block, but a `;`" if block else "a block in `{}`"
    return " or ".join(dict.fromkeys(entry.expected for entry in entries if entry.block == block))
