"""Several variants of a project: the worst of each cell, each for itself, or one of them."""

from __future__ import annotations

from pathlib import Path

from dockguard.finding import Severity
from dockguard.posture.merge import worst
from dockguard.posture.model import BAD, NONE, OK, UNKNOWN, Cell, Row, Table, counts, met
from dockguard.source import Source

from .looks import looked, table

HERE = Source("compose.yaml", "services:\n").whole
FILES = {
    "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    user: '1000'\n  db:\n    image: postgres:16\n",
    "compose.prod.yaml": "services:\n  web:\n    user: root\n    read_only: true\n",
    "compose.dev.yaml": "services:\n  web:\n    privileged: true\n  tool:\n    image: example.org/tool:1\n",
    "up.sh": "docker compose -f compose.yaml -f compose.prod.yaml up\n"
    "docker compose -f compose.yaml -f compose.dev.yaml up\n",
}
BASE, PROD, DEV = "compose.yaml", "compose.yaml + compose.prod.yaml", "compose.yaml + compose.dev.yaml"


def test_the_worst_by_default(tmp_path: Path) -> None:
    found = table(tmp_path, FILES)
    web, db, tool = found.services
    assert set(found.variants) >= {PROD, DEV}
    assert (web.cells["user"].text, web.cells["user"].variants) == ("root", (PROD,))
    assert (web.cells["privileged"].text, web.cells["privileged"].variants) == ("yes", (DEV,))
    assert web.cells["read-only root"].state == BAD  # the base and dev leave it writable
    assert PROD not in web.cells["read-only root"].variants
    assert tool.variants == (DEV,)
    assert db.cells["user"].variants == db.variants == found.variants


def test_each_and_one_by_a_part_of_its_name(tmp_path: Path) -> None:
    each, _ = looked(tmp_path, FILES, variant="each")
    assert not each.merged
    assert [one.variants for one in each.tables] == [(name,) for name in table(tmp_path, FILES).variants]
    prod, _ = looked(tmp_path, FILES, variant="prod")
    (only,) = prod.tables
    assert only.variants == (PROD,)
    assert only.services[0].cells["user"].text == "root"
    assert only.services[0].cells["read-only root"].state == OK


def test_a_whole_name_is_no_part_of_others(tmp_path: Path) -> None:
    found, _ = looked(
        tmp_path, {**FILES, "up.sh": FILES["up.sh"] + "docker compose -f compose.yaml up\n"}, variant=BASE
    )
    assert [one.variants for one in found.tables] == [(BASE,)]


def test_a_name_that_no_variant_has(tmp_path: Path) -> None:
    found, _ = looked(tmp_path, FILES, variant="staging")
    (problem,) = found.problems
    assert problem.message == "no variant has `staging` in its name"
    assert PROD in problem.help
    assert found.exit_code == 2


def row(name: str, **cells: Cell) -> Row:
    return Row(name, HERE, cells, {"p": next(iter(cells.values()))}, variants=next(iter(cells.values())).variants)


def one(name: str, cell: Cell) -> Table:
    return Table("p", (name,), (row("web", x=cell),), ())


def test_what_is_worse() -> None:
    high = Cell(BAD, "h", HERE, Severity.HIGH, variants=("a",))
    low = Cell(BAD, "l", HERE, Severity.LOW, variants=("b",))
    unknown, fine = Cell(UNKNOWN, "", variants=("c",)), Cell(OK, "o", variants=("d",))
    none = Cell(NONE, "n", variants=("e",))
    order = [high, low, unknown, fine, none]
    for index, first in enumerate(order):
        for other in order[index:]:
            for pair in ((first, other), (other, first)):
                merged = worst([one("v", cell) for cell in pair])
                assert merged.services[0].cells["x"].text == first.text


def test_equal_cells_hold_in_all_of_their_variants() -> None:
    cells = [Cell(BAD, "h", HERE, Severity.HIGH, variants=(name,)) for name in "abc"]
    cells[1] = Cell(BAD, "other", HERE, Severity.HIGH, variants=("b",))
    merged = worst([one(name, cell) for name, cell in zip("abc", cells, strict=True)])
    assert merged.services[0].cells["x"].variants == ("a", "c")
    assert merged.variants == ("a", "b", "c")


def test_counts() -> None:
    rows = (row("a", x=Cell(OK, ""), y=Cell(UNKNOWN, "")), row("b", x=Cell(BAD, ""), y=Cell(NONE, "")))
    assert counts(rows) == {OK: 1, BAD: 1, UNKNOWN: 1, NONE: 1}
    assert met(rows, "p") == {OK: 1, BAD: 1, UNKNOWN: 0}


def test_projects_do_not_mix(tmp_path: Path) -> None:
    files = {f"{name}/compose.yaml": "services:\n  web:\n    image: nginx\n" for name in ("a", "b")}
    found, _ = looked(tmp_path, files)
    assert [one.project for one in found.tables] == ["a/compose.yaml", "b/compose.yaml"]
