from __future__ import annotations

import pytest

from dockguard.render.rollup import noun, plural
from dockguard.render.variants import by_project, label, projects, told
from dockguard.report import Run
from dockguard.run import every_kind
from tests.render.runs import BASE, at, report, rule

PROD, STAGING, WATCHED = "c.yml + prod.yml", "c.yml + staging.yml", "c.yml + prod.yml + monitoring.yml"
FIVE = ("c.yml", PROD, STAGING, "c.yml + security.yml", WATCHED)


def run(*stacks: str, prefix: str = "") -> Run:
    return Run((), (), (), stacks=stacks, prefix=prefix)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (FIVE, "all 5"),
        (FIVE[:3] + FIVE[4:], "all 5 but the one with security.yml"),
        (FIVE[1:], "all 5 but the base alone"),
        ((PROD, WATCHED), "all with prod.yml"),
        ((PROD, STAGING, WATCHED), "all with prod.yml or staging.yml"),
        ((WATCHED,), "with prod.yml + monitoring.yml"),
        ((PROD,), "with prod.yml"),
        ((PROD, STAGING), "with prod.yml and with staging.yml"),
        (("c.yml", STAGING), "c.yml alone and with staging.yml"),
        (("c.yml", PROD, STAGING), "c.yml alone, with prod.yml and with staging.yml"),
        (("c.yml",), "c.yml alone"),
    ],
)
def test_the_base_is_said_once_and_overlays_for_what_they_share(names: tuple[str, ...], text: str) -> None:
    assert told(names, run(*FIVE), 3) == text


def test_two_are_both() -> None:
    assert told(("a.yml", "a.yml + b.yml"), run("a.yml", "a.yml + b.yml"), 3) == "both"


def test_at_most_so_many_by_name() -> None:
    six = tuple(f"c.yml + {n}.yml" for n in range(6))
    assert told(six, run("c.yml", "c.yml + x.yml", *six), 3) == (
        "with 0.yml, with 1.yml, with 2.yml and 3 more (-v shows them)"
    )


def test_several_projects_are_named() -> None:
    stacks = ("a/c.yml", "a/c.yml + p.yml", "b/c.yml")
    assert told(stacks, run(*stacks), 3) == "a/c.yml both; b/c.yml"
    assert told(("a/c.yml + p.yml",), run(*stacks), 3) == "a/c.yml with p.yml"
    assert told(("a/c.yml", "a/c.yml + p.yml"), run(*stacks), 3) == "both"


def test_the_name_of_the_only_base_is_enough() -> None:
    assert told(("a/c.yml",), run("a/c.yml", "a/c.yml + p.yml", "a/c.yml + q.yml"), 3) == "c.yml alone"


def test_bases_are_those_of_the_working_directory() -> None:
    here = run("a/c.yml", "a/c.yml + p.yml", "a/c.yml + q.yml", prefix="a")
    assert told(("a/c.yml",), here, 3) == "c.yml alone"
    assert label("a/c.yml + p.yml", here) == "c.yml + p.yml"
    assert by_project(("a/c.yml + p.yml",), here, 3) == {"c.yml": "with p.yml"}
    assert list(projects(here)) == ["c.yml, 3 variants: alone, with p.yml, with q.yml"]


def test_a_header_names_every_project_and_not_every_variant() -> None:
    many = ("a.yml", *(f"a.yml + {n}.yml" for n in range(20)))
    first, second = projects(run(*many, "b.yml"))
    assert first.startswith("a.yml, 21 variants: alone, with 0.yml, ")
    assert first.endswith(", with 10.yml, 9 more")
    assert second == "b.yml"


def test_a_header_names_the_first_projects_of_many() -> None:
    assert len(list(projects(run(*(f"{n}.yml" for n in range(9)))))) == 9
    assert list(projects(run(*(f"{n}.yml" for n in range(20)))))[8:] == ["... and 12 more (--show-files lists them)"]


def test_nothing_is_said_of_no_variant() -> None:
    assert told((), run(), 3) == ""


@pytest.mark.parametrize(
    ("word", "many"),
    [("copy", "copies"), ("key", "keys"), ("switch", "switches"), ("box", "boxes"), ("stage", "stages")],
)
def test_plurals(word: str, many: str) -> None:
    assert plural(word) == many


def test_kinds_have_names_that_people_know() -> None:
    found = {kind: noun(report(rule(each=kind), at(BASE, "web"), "m", subject="x"), 2) for kind in every_kind()}
    assert found["dockerfile.copy"] == "2 copies"
    assert found["dockerfile.reference"] == "2 images"
    assert found["nginx.csp"] == "2 policies"
    assert found["compose.refusal"] == "2 places"
    assert not [text for text in found.values() if "_" in text]
