"""From what the model says and what rules find to cells."""

from __future__ import annotations

from collections.abc import Sequence

from dockguard.finding import Severity
from dockguard.posture.hosts import DROPPED, Lacking
from dockguard.posture.judge import Heard
from dockguard.posture.model import BAD, NONE, OK, UNKNOWN, Cell, Said
from dockguard.record import replace


def cell(said: Said, heard: Sequence[Heard], doubt: bool = False) -> Cell:
    """Bad where a rule finds something; else unknown where the model or a rule does not know; else fine.

    With `doubt` a rule that is less sure than usual does not know.
    """
    found = [one for one in heard if one.finding is not None]
    rules = tuple(dict.fromkeys(one.rule.id for one in heard))
    if any(not (one.doubtful and doubt) for one in found):
        worst = max(found, key=lambda one: (one.severity, not one.doubtful))
        assert worst.finding is not None
        notes = tuple((note.span, note.text) for note in worst.finding.notes)
        text = said.bad.format(len(found)) if said.bad else said.text
        return Cell(BAD, text, worst.finding.span, worst.severity, worst.finding.message, rules, notes)
    if said.unknown:
        return Cell(UNKNOWN, said.text, said.span, why=said.unknown, rules=rules)
    if heard:
        return Cell(UNKNOWN, "", said.span, why=_doubt(heard[0]), rules=rules)
    return Cell(NONE if said.absent else OK, said.text, said.span, why=said.absent)


def _doubt(heard: Heard) -> str:
    return heard.unknown or (heard.finding.why or heard.finding.message if heard.finding is not None else "")


def over_contexts(said: Said, heard: Sequence[Heard], lacking: Lacking) -> Cell:
    """A host's cell: bad in the worst of its contexts, with how many of them lack it."""
    if said.absent or said.unknown:
        return cell(said, heard, doubt=True)
    count = len(lacking.surely) or len(lacking.maybe)
    if not count and not lacking.unknown:  # dropped where no browser looks for it
        heard = [one for one in heard if one.rule.id != DROPPED]
    how = (count, lacking.every) if count else None
    text = f"{count} of {lacking.every} lack it" if count else said.text
    if lacking.surely:
        first = lacking.surely[0]
        bad = cell(replace(said, text=text), heard, doubt=True)
        if bad.state != BAD:
            why = f"{first} goes without"
            bad = Cell(BAD, text, first.span, Severity.LOW, why, bad.rules)
        return replace(bad, lacking=how)
    unknown = lacking.unknown or ("the upstream may send it" if lacking.maybe else "")
    return replace(cell(replace(said, text=text, unknown=unknown), heard, doubt=True), lacking=how)
