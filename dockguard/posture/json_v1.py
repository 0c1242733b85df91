"""The posture as JSON, version 1: other programs read it, so keys are added and never changed."""

from __future__ import annotations

from typing import Any

from dockguard.posture.model import BAD, OK, UNKNOWN, Cell, Posture, Row, Table, counts, met
from dockguard.render.json_v1 import error
from dockguard.render.masking import masks_of
from dockguard.render.places import from_here, place, well_formed
from dockguard.report import Run
from dockguard.source import Span

VERSION = 1


def render(posture: Posture, run: Run, *, color: bool = False, width: int = 100) -> str:
    """One object."""
    from dockguard.render.indented import indented

    return indented(document(posture, run)) + "\n"


def document(posture: Posture, run: Run) -> dict[str, Any]:
    """The object as Python values, keys in the contract's order."""
    from dockguard import __version__

    pen = _Pen(run)
    services = tuple(row for table in posture.tables for row in table.services)
    hosts = tuple(row for table in posture.tables for row in table.hosts)
    return {
        "version": VERSION,
        "tool": {"name": "dockguard", "version": __version__},
        "variants": "worst" if posture.merged else "each",
        "projects": [pen.table(table) for table in posture.tables],
        "errors": [error(problem, run, pen.masks) for problem in posture.problems],
        "summary": {
            "services": {"count": len(services), **counts(services)},
            "hosts": {"count": len(hosts), **counts(hosts)},
            "policies": {name: _met(services, name) for name in posture.policies},
        },
    }


def _met(services: tuple[Row, ...], policy: str) -> dict[str, int]:
    found = met(services, policy)
    return {"meet": found[OK], "fail": found[BAD], "unknown": found[UNKNOWN]}


class _Pen:
    """What the values of one document share."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.masks = masks_of(run)

    def table(self, table: Table) -> dict[str, Any]:
        """One project."""
        return {
            "project": well_formed(table.project),
            "variants": [well_formed(name) for name in table.variants],
            "services": [
                {**self._row(row), "policies": {name: self._policy(cell) for name, cell in row.policies.items()}}
                for row in table.services
            ],
            "hosts": [
                {**self._row(row), "site": self._path(row.site), "container": well_formed(row.container)}
                for row in table.hosts
            ],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "name": well_formed(row.name),
            "location": self._place(row.span),
            "variants": [well_formed(name) for name in row.variants],
            "controls": {name: self._cell(cell) for name, cell in row.cells.items()},
        }

    def _cell(self, cell: Cell) -> dict[str, Any]:
        return {
            "state": cell.state,
            "severity": cell.severity.word if cell.severity is not None else None,
            "value": self._words(cell.text, cell),
            "why": self._words(cell.why, cell),
            "rules": list(cell.rules),
            "location": self._place(cell.span) if cell.span is not None else None,
            "trace": [{**self._place(span), "message": self._words(how, cell)} for span, how in cell.history],
            "variants": [well_formed(name) for name in cell.variants],
            **({"lacking": cell.lacking[0], "contexts": cell.lacking[1]} if cell.lacking else {}),
        }

    def _policy(self, cell: Cell) -> dict[str, Any]:
        return {
            "state": cell.state,
            "failed": [well_formed(name) for name in cell.failed],
            "why": self._words(cell.why, cell) if cell.state == UNKNOWN else "",
            "rules": list(cell.rules),
            "location": self._place(cell.span) if cell.state == BAD and cell.span is not None else None,
            "variants": [well_formed(name) for name in cell.variants],
        }

    def _words(self, text: str, cell: Cell) -> str:
        return well_formed(self.masks.hide(text, [cell.span] if cell.span is not None else []))

    def _place(self, span: Span) -> dict[str, Any]:
        here = place(span)
        return {"path": self._path(here.path), "line": here.line, "column": here.column}

    def _path(self, path: str) -> str:
        return well_formed(from_here(path, self._run))
