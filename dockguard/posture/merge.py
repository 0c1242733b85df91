"""Several variants of a project as one table: each cell the worst of them; or some of them, each for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dockguard.finding import Problem
from dockguard.posture.model import EACH, WORST, Cell, Row, Table
from dockguard.record import replace


def arranged(tables: Sequence[Table], variant: str) -> tuple[list[Table], list[Problem]]:
    """The tables that are wanted; a problem where none has that name."""
    if variant == WORST:
        projects: dict[str, list[Table]] = {}
        for table in tables:
            projects.setdefault(table.project, []).append(table)
        return [worst(several) for several in projects.values()], []
    if variant == EACH:
        return list(tables), []
    found = [table for table in tables if variant in table.variants] or [
        table for table in tables if any(variant in name for name in table.variants)
    ]
    if found or not tables:
        return found, []
    known = "; ".join(name for table in tables for name in table.variants)
    return [], [Problem("usage", f"no variant has `{variant}` in its name", help=f"there are: {known}")]


def worst(tables: Sequence[Table]) -> Table:
    """One table of several variants of a project."""
    variants = tuple(name for table in tables for name in table.variants)
    return Table(
        tables[0].project,
        variants,
        _rows(table.services for table in tables),
        _rows(table.hosts for table in tables),
    )


def _rows(several: Iterable[Sequence[Row]]) -> tuple[Row, ...]:
    found: dict[tuple[str, str, str, int], list[Row]] = {}
    for rows in several:
        for row in rows:
            found.setdefault(row.key, []).append(row)
    return tuple(map(_merged, found.values()))


def _merged(rows: Sequence[Row]) -> Row:
    first = rows[0]
    return Row(
        first.name,
        first.span,
        _cells([row.cells for row in rows]),
        _cells([row.policies for row in rows]),
        first.site,
        first.container,
        tuple(name for row in rows for name in row.variants),
    )


def _cells(several: Sequence[Mapping[str, Cell]]) -> dict[str, Cell]:
    return {name: _worst([cells[name] for cells in several]) for name in several[0]}


def _worst(cells: Sequence[Cell]) -> Cell:
    """The first of the worst, with every variant that says the same."""
    chosen = max(cells, key=lambda cell: cell.rank)
    same = [cell for cell in cells if _told(cell) == _told(chosen)]
    return replace(chosen, variants=tuple(name for cell in same for name in cell.variants))


def _told(cell: Cell) -> tuple[object, ...]:
    place = cell.span.outer.key if cell.span is not None else None
    return cell.state, cell.text, cell.severity, cell.failed, place
