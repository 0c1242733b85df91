"""SARIF by its schema and by Microsoft's validator with GitHub's rules, where they are installed."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from dockguard.finding import Edit, Fix, Note, Problem, Severity
from dockguard.render.sarif import render
from dockguard.report import Run, Suppression
from dockguard.source import Source, Span
from tests.render.runs import BASE, DOCKERFILE, OVERLAY, PRIVILEGED, STYLE, at, report, rule, sample, troubled
from tests.render.test_excerpt import hostile_runs

REPO = Path(__file__).parents[2]


@cache
def multitool() -> Path | None:
    """The validator's program: what $SARIF_MULTITOOL names, else the one below node_modules.

    It is called without its npm wrapper, which hands arguments to a shell a second time.
    """
    named = os.environ.get("SARIF_MULTITOOL")
    folders = [Path(named)] if named else [REPO / "node_modules/@microsoft"]
    for folder in folders:
        if folder.is_file():
            return folder
        for found in sorted(folder.glob("**/Sarif.Multitool")):
            return found
    return None


def log(run: Run, **given: Any) -> dict[str, Any]:
    output = json.loads(render(run, **given))
    assert list(output) == ["$schema", "version", "runs"]
    (only,) = output["runs"]
    return dict(only)


def results(run: Run, **given: Any) -> list[dict[str, Any]]:
    return list(log(run, **given)["results"])


def every_kind() -> list[Run]:
    """Runs that together use everything the writer knows."""
    source = Source("dir with spaces/ünïcode [1].yaml", "a: \u202e😀\r\nb: 'x'\r\n" + "c" * 5000 + "\n", bom=True)
    edits = (Edit(Span(source, 3, 5), "y"), Edit(Span(source, 0, 0), "# first\n"))
    odd = report(
        PRIVILEGED,
        Span(source, 3, 18),
        "see [here](https://example.org) and [1](1) {0}",
        "server a.example / location ~* \\.php$",
        fix=Fix("two edits", edits),
        notes=(Note(source.whole, "a"), Note(Span(source, len(source.text), len(source.text)), "the end")),
        variants=("base",),
        why="only in a stage that is not built",
    )
    plain = rule("nginx/a", title="A.", body="", score=None, standards={}, tags=(), severity=Severity.LOW)
    bench = rule(
        "nginx/b", standards={"cis-nginx": ("2.1.1", "10.2"), "cwe": ("CWE-16", "693")}, aliases=("nginx/old",)
    )
    crowded = rule("nginx/c", tags=tuple(f"tag-{n}" for n in range(40)))
    silent = report(STYLE, at(DOCKERFILE, "USER app"), "m", suppressed=Suppression("config", "accepted"))
    rest = [report(each, at(BASE, "web"), "m") for each in (plain, bench, crowded)]
    return [
        sample(),
        troubled(),
        Run((), (), ()),
        Run((odd, *rest, silent), (Problem("internal", "a [b](c)", help="h"),), ((source.path, "compose"),)),
    ]


def test_everything_passes_the_validator_with_githubs_rules(tmp_path: Path) -> None:
    tool = multitool()
    if tool is None:
        pytest.skip("sarif-multitool is not installed (npm install @microsoft/sarif-multitool, or set SARIF_MULTITOOL)")
    files = []
    for number, run in enumerate(every_kind()):
        for suppressed in (False, True):
            file = tmp_path / f"{number}-{suppressed}.sarif"
            file.write_text(render(run, suppressed=suppressed), encoding="utf-8")
            files.append(str(file))
    verdict = tmp_path / "verdict.sarif"
    command = [
        str(tool),
        "validate",
        "--rule-kind",
        "Sarif;Ghas",
        "--level",
        "Error;Warning",
        "-o",
        str(verdict),
        *files,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert f"{len(files)} files scanned" in done.stdout, done.stdout + done.stderr
    assert json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"][0]["results"] == [], done.stdout


@cache
def schema() -> Any:
    """The schema of SARIF 2.1.0 that comes with the validator."""
    tool = multitool()
    file = None if tool is None else next(iter(tool.parent.glob("**/sarif-2.1.0.json")), None)
    if file is None:
        pytest.skip("the SARIF schema is not installed (it comes with @microsoft/sarif-multitool)")
    return json.loads(file.read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize("suppressed", [False, True])
def test_everything_is_valid_by_the_schema(suppressed: bool) -> None:
    for run in every_kind():
        jsonschema.validate(json.loads(render(run, suppressed=suppressed)), schema())


@settings(max_examples=15)
@given(hostile_runs())
def test_hostile_text_is_valid_by_the_schema(run: Run) -> None:
    jsonschema.validate(json.loads(render(run, suppressed=True)), schema())


def test_results_point_to_their_rules() -> None:
    only = log(sample(), suppressed=True)
    rules = only["tool"]["driver"]["rules"]
    assert [entry["id"] for entry in rules] == sorted({entry["id"] for entry in rules})
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["level"] for result in only["results"]] == ["error", "error", *["warning"] * 4, "note"]


def test_a_rule_says_what_github_shows() -> None:
    entry = log(sample())["tool"]["driver"]["rules"][1]
    assert entry["id"] == "compose/privileged-container"
    assert entry["name"] == "PrivilegedContainer"
    assert entry["shortDescription"]["text"] == "Service runs privileged."
    assert entry["fullDescription"]["text"].startswith("It takes every layer")
    assert "## Fix" in entry["help"]["markdown"]
    assert entry["helpUri"].startswith("https://")
    assert entry["defaultConfiguration"] == {"level": "error"}
    assert entry["properties"]["security-severity"] == "9.8"
    assert entry["properties"]["precision"] == "high"
    assert entry["properties"]["tags"][:2] == ["security", "external/cwe/cwe-250"]


def test_a_rule_without_a_score_claims_no_security() -> None:
    run = Run((report(STYLE, at(DOCKERFILE, "USER"), "m"),), (), ())
    properties = log(run)["tool"]["driver"]["rules"][0]["properties"]
    assert "security-severity" not in properties
    assert "security" not in properties["tags"]
    assert properties["precision"] == "medium"
    assert properties["problem.severity"] == "recommendation"


def test_tags_are_few_and_those_that_count_come_first() -> None:
    crowded = rule(tags=tuple(f"tag-{n}" for n in range(40)))
    tags = log(Run((report(crowded, at(BASE, "web"), "m"),), (), ()))["tool"]["driver"]["rules"][0]["properties"][
        "tags"
    ]
    assert len(tags) == len(set(tags)) == 20
    assert "external/cwe/cwe-250" in tags


def test_places_have_columns_snippets_context_and_a_subject() -> None:
    only = log(sample())
    (location,) = only["results"][0]["locations"]
    place = location["physicalLocation"]
    assert place["artifactLocation"] == {"index": 2, "uri": "compose.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {
        "startLine": 6,
        "startColumn": 5,
        "endLine": 6,
        "endColumn": 21,
        "snippet": {"text": "privileged: true"},
    }
    assert place["contextRegion"]["startLine"] == 4
    assert place["contextRegion"]["snippet"]["text"].startswith("  runner:\n")
    assert location["logicalLocations"] == [{"fullyQualifiedName": "services.runner", "kind": "service"}]
    assert only["columnKind"] == "unicodeCodePoints"
    assert only["artifacts"][2]["location"]["uri"] == "compose.yaml"
    assert only["artifacts"][2]["sourceLanguage"] == "yaml"


def test_provenance_is_told_in_the_order_of_causes() -> None:
    result = results(sample())[1]
    assert [(place["id"], place["message"]["text"]) for place in result["relatedLocations"]] == [
        (1, "service `web` of the stack"),
        (2, "without the overlay it would run as `app`"),
        (3, "built here"),
    ]
    (flow,) = result["codeFlows"]
    told = [step["location"]["message"]["text"] for step in flow["threadFlows"][0]["locations"]]
    assert told == [
        "built here",
        "without the overlay it would run as `app`",
        "service `web` of the stack",
        "service `web` runs as root although its image drops privileges",
    ]
    assert "codeFlows" not in results(sample())[0]


def test_fixes_are_replacements() -> None:
    (fix,) = results(sample())[0]["fixes"]
    (change,) = fix["artifactChanges"]
    assert fix["description"]["text"] == "remove `privileged` (unsafe)"
    assert change["replacements"] == [
        {"deletedRegion": {"startLine": 6, "startColumn": 1, "endLine": 7, "endColumn": 1}}
    ]


def test_fingerprints_are_ours_and_githubs() -> None:
    assert results(sample())[0]["partialFingerprints"].keys() == {"dockguard/v1", "primaryLocationLineHash"}
    nameless = Run((report(STYLE, at(OVERLAY, "user"), "m", fingerprint=""),), (), ())
    assert results(nameless)[0]["partialFingerprints"].keys() == {"primaryLocationLineHash"}


def test_suppressed_results_are_left_out_unless_asked_for() -> None:
    assert len(results(sample())) == 6
    last = results(sample(), suppressed=True)[-1]
    (why,) = last["suppressions"]
    assert (why["kind"], why["status"]) == ("inSource", "accepted")
    assert why["justification"] == "legacy (until 2027-03-31)"
    assert why["location"]["physicalLocation"]["region"]["startLine"] == 2
    run = Run((report(STYLE, at(OVERLAY, "user"), "m", suppressed=Suppression("baseline")),), (), ())
    assert results(run, suppressed=True)[0]["suppressions"][0]["kind"] == "external"


def test_standards_are_taxonomies() -> None:
    only = log(sample())
    assert [(each["name"], [taxon["id"] for taxon in each["taxa"]]) for each in only["taxonomies"]] == [
        ("CWE", ["CWE-250"]),
        ("CIS-Docker", ["5.5"]),
    ]
    known = {each["guid"] for each in only["taxonomies"]}
    assert {each["guid"] for each in only["tool"]["driver"]["supportedTaxonomies"]} == known
    for entry in only["tool"]["driver"]["rules"]:
        assert {link["target"]["toolComponent"]["guid"] for link in entry["relationships"]} <= known


def test_what_could_not_be_read_is_a_notification() -> None:
    (invocation,) = log(troubled())["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    first, second = invocation["toolExecutionNotifications"]
    assert first["descriptor"]["id"] == "nginx-syntax"
    assert first["level"] == "error"
    assert first["message"]["text"] == "missing `;` after `listen 80` (add `;` here)"
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "nginx/private.conf"


def test_an_empty_run_is_a_whole_document() -> None:
    only = log(Run((), (), ()))
    assert only["results"] == only["tool"]["driver"]["rules"] == only["artifacts"] == []
    assert only["invocations"] == [{"executionSuccessful": True, "exitCode": 0}]


def test_paths_are_relative_to_the_root_of_the_repository_whatever_the_working_directory() -> None:
    run = dataclasses.replace(sample(), prefix="app")
    assert render(run) == render(sample())
    assert "file:" not in render(run)
    assert log(run)["originalUriBaseIds"].keys() == {"%SRCROOT%"}


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b/ü.yaml", "a%20b/%C3%BC.yaml"), ("a:b#c?d", "a%3Ab%23c%3Fd"), ("\udcff", "%FF"), ("\ud800", "%3F")],
)
def test_paths_become_uris(path: str, uri: str) -> None:
    run = Run((report(STYLE, Source(path, "x").whole, "m"),), (), ())
    assert results(run)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_path_outside_that_the_user_named_stays_what_it_is() -> None:
    run = Run((report(STYLE, Source("/etc/nginx/nginx.conf", "x").whole, "m"),), (), ())
    place = results(run)[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///etc/nginx/nginx.conf", "index": 0}


def test_linted_files_place_no_links() -> None:
    run = Run((report(STYLE, at(OVERLAY, "user"), "[click](https://evil.example)"),), (), ())
    assert results(run)[0]["message"]["text"] == "[click]\\(https://evil.example)"


def test_the_category_tells_analyses_of_one_commit_apart() -> None:
    assert log(Run((), (), ()))["automationDetails"]["id"] == "dockguard/"
    assert log(Run((), (), (), extras={"category": "prod"}))["automationDetails"]["id"] == "prod/"
