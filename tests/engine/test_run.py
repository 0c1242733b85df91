"""A run from end to end over texts: what is judged together, what was asked for, and what counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockguard.config import Config, Entry, StackFiles
from dockguard.finding import Finding, Note, Severity
from dockguard.glob import PathGlob
from dockguard.report import Run
from dockguard.run import judge_texts, stacks_of
from dockguard.select import Layer, PathLayer
from dockguard.source import Source
from dockguard.stack.pieces import Assumption
from tests.engine.runs import PRIVILEGED, ROOT, USER, job, rule, said, session

WEB = "services:\n  web:\n    build: app\n    privileged: true\n"
ALONE = WEB.replace("build: app", "image: x")
SAFE = "services:\n  web:\n    privileged: false\n"
DOCKERFILE = "FROM debian:12\nUSER app\n"
NOWHERE = Source("dockguard.toml", "x").whole


def variants(run: Run) -> dict[str, tuple[str, ...]]:
    return {place: report.variants for place, report in zip(said(run), run.reports, strict=True)}


def codes(run: Run) -> list[tuple[str, str]]:
    return [(p.code, p.span.outer.source.path if p.span else p.path) for p in run.problems]


# --- what runs together ----------------------------------------------------------------------------------------------


def test_one_image_of_two_variants_is_one_finding() -> None:
    run = job({"compose.yaml": WEB, "compose.prod.yaml": SAFE, "app/Dockerfile": DOCKERFILE})
    assert run.stacks == ("compose.yaml", "compose.yaml + compose.prod.yaml")
    assert variants(run) == {
        "user image app/Dockerfile:2": run.stacks,
        "privileged services.web compose.yaml:4": ("compose.yaml",),
    }
    assert run.files == (
        ("app/Dockerfile", "dockerfile"),
        ("compose.prod.yaml", "compose"),
        ("compose.yaml", "compose"),
    )


def test_a_dockerfile_of_one_variant_is_not_judged_alone() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: nginx\n",
        "compose.prod.yaml": "services:\n  web:\n    build: {context: app, target: final}\n",
        "app/Dockerfile": "FROM debian:12 AS final\nUSER app\nFROM final AS debug\nUSER root\n",
    }
    assert variants(job(files, USER)) == {"user image final app/Dockerfile:2": ("compose.yaml + compose.prod.yaml",)}


def test_what_no_stack_reaches_is_judged_alone() -> None:
    files = {"compose.yaml": WEB, "app/Dockerfile": DOCKERFILE, "tool/Dockerfile": DOCKERFILE}
    run = job(files, USER)
    assert variants(run) == {"user image app/Dockerfile:2": ("compose.yaml",), "user image tool/Dockerfile:2": ()}
    assert run.stacks == ("compose.yaml",)


@pytest.mark.parametrize("rules", [(USER,), (PRIVILEGED,), (ROOT,)])
def test_rules_of_one_family_are_asked_alone(rules: Any) -> None:
    files = {"compose.yaml": WEB, "app/Dockerfile": "FROM debian:12\nUSER root\n"}
    (report,) = job(files, *rules).reports
    assert report.rule in rules


def test_a_container_runs_the_image_that_it_builds() -> None:
    files = {"compose.yaml": WEB, "app/Dockerfile": "FROM debian:12\nUSER root\n"}
    (report,) = job(files, ROOT).reports
    assert report.span.source.path == "app/Dockerfile"
    assert said(job({**files, "app/Dockerfile": DOCKERFILE}, ROOT)) == []


# --- deployments that somebody names ---------------------------------------------------------------------------------

SETS = {
    "compose.yaml": ALONE,
    "one.yaml": "services:\n  web:\n    privileged: ${P}\n  db:\n    image: y\n    privileged: true\n",
    "two.yaml": SAFE,
    "prod.env": "P=true\n",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_compose_files_are_merged_as_given(here: Path) -> None:
    run = job(SETS, PRIVILEGED, disk=here, compose_files=("compose.yaml", "two.yaml"))
    assert run.stacks == ("compose.yaml + two.yaml",)  # nothing else is guessed
    assert said(run) == []
    turned = job(SETS, PRIVILEGED, disk=here, compose_files=("two.yaml", "compose.yaml"))
    assert variants(turned) == {"privileged services.web compose.yaml:4": ("two.yaml + compose.yaml",)}


def test_an_environment_file_of_the_command_line_counts(here: Path) -> None:
    unknown = job(SETS, PRIVILEGED, disk=here, compose_files=("compose.yaml", "one.yaml"))
    assert [r for r in unknown.reports if r.span.source.path == "one.yaml" and r.subject == "services.web"] == []
    given = job(SETS, PRIVILEGED, disk=here, compose_files=("compose.yaml", "one.yaml"), env_files=("prod.env",))
    assert "privileged services.web one.yaml:3" in said(given)


def stack(*files: str, env: tuple[str, ...] = ()) -> StackFiles:
    return StackFiles("named", files, (), env, (), NOWHERE)


def test_a_stack_of_the_configuration_is_judged() -> None:
    config = Config(stacks=(stack("compose.yaml", "one.yaml", "two.yaml"),))
    assert "compose.yaml + one.yaml + two.yaml" in job(SETS, config=config).stacks
    assert "compose.yaml + one.yaml + two.yaml" not in job(SETS).stacks


def test_env_files_of_a_stack_count_where_discovery_finds_its_files_too() -> None:
    config = Config(stacks=(stack("compose.yaml", "one.yaml", env=("prod.env",)),))
    run = job(SETS, PRIVILEGED, config=config)
    assert "privileged services.web one.yaml:3" in said(run)
    assert run.stacks == ("compose.yaml", "compose.yaml + one.yaml", "compose.yaml + two.yaml")
    assert run.undecided == ()


def test_two_stacks_of_the_same_files_differ_by_their_env_files() -> None:
    files = {"compose.yaml": ALONE.replace("true", "${P}"), "prod.env": "P=true\n", "dev.env": "P=false\n"}
    dev, prod = stack("compose.yaml", env=("dev.env",)), stack("compose.yaml", env=("prod.env",))
    for stacks, places in [((dev,), []), ((prod,), ["web"]), ((dev, prod), ["web"]), ((prod, dev), ["web"])]:
        run = job(files, PRIVILEGED, config=Config(stacks=stacks))
        assert [r.subject.removeprefix("services.") for r in run.reports] == places
        assert run.undecided == ()


def test_an_assumption_decides_what_nobody_sees() -> None:
    config = Config(assumptions=(Assumption("x", "user", "root", NOWHERE),))
    files = {"compose.yaml": ALONE}
    assert said(job(files, ROOT)) == []
    assert job(files, ROOT).undecided == (("stack/own-root", "nobody knows this image"),)
    assert said(job(files, ROOT, config=config)) == ["root services.web compose.yaml:3"]
    assert job(files, ROOT, config=config).undecided == ()


# --- what was asked for ----------------------------------------------------------------------------------------------

NAMED = {"compose.yaml": WEB, "compose.prod.yaml": SAFE, "app/Dockerfile": DOCKERFILE, "tool/Dockerfile": DOCKERFILE}
APP, TOOL = "user image app/Dockerfile:2", "user image tool/Dockerfile:2"
COMPOSE = "privileged services.web compose.yaml:4"


@pytest.mark.parametrize(
    ("path", "places", "stacks"),
    [
        (".", [APP, COMPOSE, TOOL], 2),
        ("app", [APP], 2),
        ("app/Dockerfile", [APP], 2),
        ("tool/Dockerfile", [TOOL], 0),
        ("compose.yaml", [COMPOSE], 2),
        ("compose.prod.yaml", [], 1),
    ],
)  # fmt: skip
def test_only_places_that_were_named(path: str, places: list[str], stacks: int) -> None:
    run = job(NAMED, PRIVILEGED, USER, paths=(path,))
    assert said(run) == places
    assert len(run.stacks) == stacks


def test_a_finding_with_a_note_in_what_was_named_is_about_it() -> None:
    def noted(service: Any) -> Iterator[Finding]:
        if service.privileged.written and not service.privileged.value:
            steps = tuple(Note(step.span, step.how) for step in service.privileged.via or ())
            yield Finding(service.privileged.span, "taken back", steps)

    own = rule("compose/own-noted", noted, "compose.service")
    (report,) = job(NAMED, own, paths=("compose.prod.yaml",)).reports
    notes = {note.span.source.path for note in report.finding.notes}
    assert notes == {"compose.yaml"}
    assert said(job(NAMED, own, paths=("compose.yaml",))) == said(job(NAMED, own, paths=(".",)))
    assert said(job(NAMED, own, paths=("app",))) == []


def test_problems_of_the_context_are_not_told() -> None:
    files = {"compose.yaml": "services: [\n", "app/Dockerfile": DOCKERFILE}
    assert codes(job(files, paths=("app/Dockerfile",))) == []
    assert codes(job(files)) == [("compose-syntax", "compose.yaml")]
    assert said(job(files)) == ["user image app/Dockerfile:2"]


def test_refused_context_is_told(tmp_path: Path) -> None:
    """A file that is not seen may change what was asked for, so the result is not whole."""
    (tmp_path / "compose.yaml").write_text("#" * (1024 * 1024 + 1))
    run = job({"app/Dockerfile": DOCKERFILE}, disk=tmp_path, paths=("app/Dockerfile",))
    assert codes(run) == [("too-large", "compose.yaml")]
    assert run.exit_code == 2
    assert said(run) == ["user image app/Dockerfile:2"]


def test_stacks_of_what_was_named() -> None:
    given = session(NAMED)
    assert [s.variant for s in stacks_of(given, given.discovery()(["compose.prod.yaml"]))] == [
        "compose.yaml + compose.prod.yaml"
    ]
    assert [s.variant for s in stacks_of(given, given.discovery()(["tool"]))] == [""]


# --- nothing, and less than everything -------------------------------------------------------------------------------


def test_nothing_to_check() -> None:
    empty = {"README": "x\n"}
    assert [p.code for p in job(empty).problems] == ["nothing-to-check"]
    assert "nothing to check in a, .: no Dockerfile" in job({"a/x": ""}, paths=("a", ".")).problems[0].message
    assert job(empty, allow_empty=True).problems == ()
    assert [p.code for p in job(empty, allow_unknown=True).problems] == ["nothing-to-check"]
    assert job(empty, paths=("README",), allow_unknown=True).problems == ()
    assert [p.code for p in job(empty, paths=("gone",), allow_unknown=True).problems] != []
    assert [p.code for p in job(empty, paths=("README",)).problems] == ["unknown-kind"]
    assert job({".env": "A=1\n"}, paths=(".env",)).problems == ()


def test_problems_end_with_2_unless_they_are_allowed() -> None:
    broken = {"compose.yaml": "services: [\n", "tool/Dockerfile": DOCKERFILE}
    assert job(broken).exit_code == 2
    assert job(broken, allow_incomplete=True).exit_code == 0
    assert job({**broken, "a/compose.yaml": ALONE}, allow_incomplete=True).exit_code == 1
    assert codes(job(broken, allow_incomplete=True)) == [("compose-syntax", "compose.yaml")]


def test_problems_of_the_settings_stop_the_run() -> None:
    from dockguard.finding import Problem
    from dockguard.record import replace
    from dockguard.run import check_session

    stopped = replace(session(NAMED), problems=(Problem("config", "no"),))
    run = check_session(stopped)
    assert (run.reports, run.files, run.exit_code) == ((), (), 2)


# --- what counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "configured", "left"),
    [
        (None, None, ["critical", "medium", "low"]),
        ("low", None, ["critical", "medium", "low"]),
        ("medium", None, ["critical", "medium"]),
        ("high", None, ["critical"]),
        (None, Severity.MEDIUM, ["critical", "medium"]),
        ("low", Severity.MEDIUM, ["critical", "medium", "low"]),
        ("critical", Severity.LOW, ["critical"]),
    ],
)
def test_min_severity(asked: str | None, configured: Severity | None, left: list[str]) -> None:
    files = {"compose.yaml": WEB, "app/Dockerfile": "FROM debian:12\nUSER root\n"}
    run = job(files, config=Config(min_severity=configured), min_severity=asked)
    assert sorted((r.severity for r in run.reports), reverse=True) == [Severity.of(word) for word in left]


@pytest.mark.parametrize(
    ("asked", "configured", "code"),
    [
        (None, None, 0),
        ("medium", None, 1),
        ("high", None, 0),
        (None, "low", 1),
        ("never", "low", 0),
        ("low", "never", 1),
    ],
)
def test_the_gate(asked: str | None, configured: str | None, code: int) -> None:
    files = {"Dockerfile": DOCKERFILE}
    assert job(files, USER, config=Config(fail_on=configured), fail_on=asked).exit_code == code


def test_configured_severities_win_and_findings_only_lower() -> None:
    def graded(level: Severity) -> Any:
        return rule("dockerfile/own-graded", lambda i: iter([Finding(i.span, "x", severity=level)]), "dockerfile.image")

    def severity(level: Severity, **config: Severity) -> Severity:
        given = Config(severities=dict.fromkeys(["dockerfile/own-graded"], *config.values()) if config else {})
        return job({"Dockerfile": DOCKERFILE}, graded(level), config=given).reports[0].severity

    assert severity(Severity.LOW) == Severity.LOW
    assert severity(Severity.CRITICAL) == Severity.HIGH
    assert severity(Severity.LOW, set=Severity.CRITICAL) == Severity.CRITICAL


def test_choices_at_a_path() -> None:
    files = {"a/Dockerfile": DOCKERFILE, "b/Dockerfile": DOCKERFILE}
    config = Config(per_path=(PathLayer(PathGlob("a"), Layer(ignore=(USER.id,))),))
    assert said(job(files, USER, config=config)) == ["user image b/Dockerfile:2"]
    assert said(job(files, USER, ignore=(USER.id,))) == []
    assert said(job(files, USER, PRIVILEGED, select=("compose",))) == []


def test_exclusions_of_both() -> None:
    files = {f"{name}/Dockerfile": DOCKERFILE for name in "abc"}
    run = job(files, USER, config=Config(exclude=(PathGlob("a"),)), exclude=("b",))
    assert said(run) == ["user image c/Dockerfile:2"]


def test_kinds_of_both() -> None:
    files = {"x.one": DOCKERFILE, "x.two": DOCKERFILE, "x.three": DOCKERFILE}
    config = Config(kinds={"dockerfile": (PathGlob("*.two"),), "nginx": (PathGlob("*.one"),)})
    run = job(files, USER, config=config, kinds=(("dockerfile", "*.one"),))
    assert run.files == (("x.one", "dockerfile"), ("x.two", "dockerfile"))


# --- suppressed ------------------------------------------------------------------------------------------------------

IGNORED = WEB.replace("true", f"true # dockguard: ignore[{PRIVILEGED.id}] -- a test host")


def suppressed(run: Run) -> list[str]:
    return [r.suppressed.by if r.suppressed else "" for r in run.reports]


def test_comments_silence_unless_told_not_to() -> None:
    files = {"compose.yaml": IGNORED}
    assert suppressed(job(files, PRIVILEGED)) == ["comment"]
    assert job(files, PRIVILEGED).exit_code == 0
    assert suppressed(job(files, PRIVILEGED, no_ignores=True)) == [""]
    assert suppressed(job(files, PRIVILEGED, config=Config(inline=False))) == [""]


def test_entries_of_the_configuration_silence() -> None:
    def entry(**more: Any) -> Config:
        return Config(suppressions=(Entry(PRIVILEGED.id, {"path": "compose.yaml"}, NOWHERE, NOWHERE, **more),))

    files = {"compose.yaml": ALONE, "a/compose.yaml": ALONE}
    assert dict(zip(said(job(files, PRIVILEGED, config=entry(reason="x"))), ["", "config"], strict=True))
    by_place = {r.span.source.path: r.suppressed for r in job(files, PRIVILEGED, config=entry(reason="x")).reports}
    assert by_place["compose.yaml"] is not None
    day = datetime.date(2020, 1, 2)
    late = job({"compose.yaml": ALONE}, PRIVILEGED, config=entry(until=day), today=datetime.date(2020, 1, 3))
    assert suppressed(late) == [""]
    last = job({"compose.yaml": ALONE}, PRIVILEGED, config=entry(until=day), today=day)
    assert suppressed(last) == ["config"]


# --- pages as tests --------------------------------------------------------------------------------------------------


def test_judge_texts_asks_the_given_rules_alone() -> None:
    files = {"compose.yaml": ALONE}
    assert [r.rule.id for r in judge_texts(files, [PRIVILEGED])] == [PRIVILEGED.id]
    assert judge_texts({"compose.yaml": IGNORED}, [PRIVILEGED]) == []
    assert judge_texts(files, [USER]) == []


def test_judge_texts_tells_crashes() -> None:
    def crash(service: Any) -> Iterator[Finding]:
        raise ValueError("oops")
        yield

    with pytest.raises(RuntimeError, match="internal error in rule compose/own-crash about `services"):
        judge_texts({"compose.yaml": ALONE}, [rule("compose/own-crash", crash, "compose.service")])


def test_judge_texts_reads_a_configuration() -> None:
    silent = '[[suppress]]\nrule = "compose/own-privileged"\npath = "compose.yaml"\nreason = "x"\n'
    assert judge_texts({"compose.yaml": ALONE, "dockguard.toml": silent}, [PRIVILEGED]) == []
    with pytest.raises(RuntimeError, match="fail-on"):
        judge_texts({"compose.yaml": ALONE, "dockguard.toml": 'fail-on = "hgh"\n'}, [PRIVILEGED])
