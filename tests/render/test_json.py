"""The JSON contract, version 1, as a closed schema."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from dockguard.finding import Edit, Fix, Safety, apply
from dockguard.render.json_v1 import render
from dockguard.report import Run, Suppression
from dockguard.source import Source, Span
from tests.render.runs import BASE, DOCKERFILE, PRIVILEGED, STYLE, at, embedded, report, sample, troubled
from tests.render.test_excerpt import hostile_runs


def closed(**properties: Any) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT, NUMBER, COUNT = {"type": "string"}, {"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}
PLACE = {"path": TEXT, "line": NUMBER, "column": NUMBER, "end_line": NUMBER, "end_column": NUMBER}
SEVERITIES = ("critical", "high", "medium", "low")


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, schema]}


SCHEMA = closed(
    version={"const": 1},
    tool=closed(name={"const": "dockguard"}, version=TEXT),
    files={"type": "array", "items": closed(path=TEXT, kind=TEXT)},
    findings={
        "type": "array",
        "items": closed(
            rule={"type": "string", "pattern": "^[a-z]+/[a-z0-9-]+$"},
            severity={"enum": list(SEVERITIES)},
            confidence={"enum": ["high", "medium", "low"]},
            message=TEXT,
            subject=TEXT,
            variants={"type": "array", "items": TEXT},
            location=closed(**PLACE),
            related={"type": "array", "items": closed(**PLACE, message=TEXT)},
            fix=nullable(
                closed(
                    title=TEXT,
                    safety={"enum": ["safe", "unsafe"]},
                    edits={
                        "type": "array",
                        "minItems": 1,
                        "items": closed(path=TEXT, start=COUNT, end=COUNT, text=TEXT),
                    },
                )
            ),
            suppressed=nullable(
                closed(
                    by={"enum": ["comment", "config", "baseline"]},
                    reason=TEXT,
                    until=nullable({"type": "string", "format": "date"}),
                    path=nullable(TEXT),
                    line=nullable(NUMBER),
                )
            ),
            fingerprint=TEXT,
        ),
    },
    errors={"type": "array", "items": closed(code=TEXT, message=TEXT, location=nullable(closed(**PLACE)))},
    summary=closed(**dict.fromkeys((*SEVERITIES, "suppressed", "files"), COUNT)),
)


def checked(run: Run) -> dict[str, Any]:
    """The output of a run, valid by the schema and with every object's keys in the contract's order."""
    output = json.loads(render(run))
    jsonschema.validate(output, SCHEMA)
    in_order(output, SCHEMA)
    return dict(output)


def in_order(value: Any, schema: dict[str, Any]) -> None:
    schema = schema["anyOf"][1] if "anyOf" in schema and value is not None else schema
    if isinstance(value, dict):
        assert list(value) == list(schema["properties"])
        for key, item in value.items():
            in_order(item, schema["properties"][key])
    elif isinstance(value, list):
        for item in value:
            in_order(item, schema["items"])


def test_a_run_with_a_bit_of_everything_keeps_the_contract() -> None:
    output = checked(sample())
    assert output["summary"] == {"critical": 1, "high": 1, "medium": 4, "low": 0, "suppressed": 1, "files": 3}
    assert output["files"][0] == {"path": "app/Dockerfile", "kind": "dockerfile"}
    assert output["findings"][0] == {
        "rule": "compose/privileged-container",
        "severity": "critical",
        "confidence": "high",
        "message": "service `runner` runs privileged: every isolation layer is off",
        "subject": "services.runner",
        "variants": ["compose.yaml", "compose.yaml + compose.override.yaml"],
        "location": {"path": "compose.yaml", "line": 6, "column": 5, "end_line": 6, "end_column": 21},
        "related": [],
        "fix": {
            "title": "remove `privileged`",
            "safety": "unsafe",
            "edits": [{"path": "compose.yaml", "start": 64, "end": 85, "text": ""}],
        },
        "suppressed": None,
        "fingerprint": "fp-compose/privileged-container-services.runner-68",
    }


def test_notes_are_related_places() -> None:
    related = checked(sample())["findings"][1]["related"]
    assert [(note["path"], note["line"], note["message"]) for note in related] == [
        ("compose.override.yaml", 2, "note: service `web` of the stack"),
        ("app/Dockerfile", 12, "note: without the overlay it would run as `app`"),
        ("compose.yaml", 3, "note: built here"),
    ]


def test_suppressed_findings_are_listed_and_not_counted() -> None:
    last = checked(sample())["findings"][-1]
    assert last["rule"] == "dockerfile/maintainer"
    assert last["suppressed"] == {
        "by": "comment",
        "reason": "legacy",
        "until": "2027-03-31",
        "path": "app/Dockerfile",
        "line": 2,
    }


def test_a_suppression_without_a_place_has_none() -> None:
    run = Run((report(STYLE, at(DOCKERFILE, "USER"), "m", suppressed=Suppression("baseline")),), (), ())
    assert checked(run)["findings"][0]["suppressed"] == {
        "by": "baseline",
        "reason": "",
        "until": None,
        "path": None,
        "line": None,
    }


def test_an_empty_run_is_a_whole_document() -> None:
    output = checked(Run((), (), ()))
    assert (output["files"], output["findings"], output["errors"]) == ([], [], [])


def test_errors_have_a_place_or_none_and_then_the_message_names_the_file() -> None:
    placed, nowhere = checked(troubled())["errors"]
    assert placed["location"] == {"path": "nginx/nginx.conf", "line": 2, "column": 3, "end_line": 2, "end_column": 12}
    assert nowhere == {"code": "unreadable", "message": "nginx/private.conf: permission denied", "location": None}


def test_every_path_is_seen_from_the_working_directory() -> None:
    output = checked(dataclasses.replace(sample(), prefix="app"))
    assert [file["path"] for file in output["files"]] == [
        "Dockerfile",
        "../compose.override.yaml",
        "../compose.yaml",
    ]
    assert output["findings"][0]["fix"]["edits"][0]["path"] == "../compose.yaml"
    assert output["findings"][1]["related"][1]["path"] == "Dockerfile"
    assert output["findings"][-1]["suppressed"]["path"] == "Dockerfile"


def test_edits_apply_to_the_decoded_text() -> None:
    source = Source("c.yaml", "é: 1\r\n𝒳: true # why\r\n", bom=True)
    fix = Fix("set it to false", (Edit(at(source, "true"), "false"),), Safety.SAFE)
    edit = checked(Run((report(PRIVILEGED, at(source, "𝒳"), "m", fix=fix),), (), ()))["findings"][0]["fix"]["edits"][0]
    text = source.text
    assert text[: edit["start"]] + edit["text"] + text[edit["end"] :] == apply(text, fix.edits)


@pytest.mark.parametrize("verbatim", [True, False])
def test_edits_of_embedded_texts_are_told_where_the_host_says_the_same(verbatim: bool) -> None:
    host = Source("c.yaml", "a: |\n  USER root\n")
    inner = embedded("USER root", host, 7) if verbatim else embedded("", host, 7)
    inner = inner if verbatim else dataclasses.replace(inner, text="USER root")
    fix = Fix("set it", (Edit(Span(inner, 5, 9), "app"),))
    run = Run((report(PRIVILEGED, Span(inner, 5, 9), "m", fix=fix),), (), ())
    told = checked(run)["findings"][0]["fix"]
    assert told is None or told["edits"] == [{"path": "c.yaml", "start": 12, "end": 16, "text": "app"}]
    assert (told is not None) == verbatim


def test_a_text_with_lost_bytes_is_not_edited() -> None:
    source = Source("c.yaml", "a: \ufffd\n", lossy=True)
    fix = Fix("set it", (Edit(Span(source, 0, 1), "b"),))
    assert checked(Run((report(PRIVILEGED, source.whole, "m", fix=fix),), (), ()))["findings"][0]["fix"] is None


def test_the_same_run_gives_the_same_bytes() -> None:
    backwards = dataclasses.replace(sample(), reports=tuple(reversed(sample().reports)))
    assert render(backwards) == render(sample())
    assert render(sample(), color=True, verbose=True, width=40, suppressed=True) == render(sample())


@settings(max_examples=30)
@given(hostile_runs())
def test_hostile_text_keeps_the_contract(run: Run) -> None:
    checked(run)


def test_base_is_what_these_tests_think_it_is() -> None:
    assert BASE.text[64:85] == "    privileged: true\n"
