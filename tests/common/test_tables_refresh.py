import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "dockguard/common/data"


def run(tool: str, target: Path, *arguments: str) -> str:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import pathlib, {tool} as tool;"
        f"tool.TARGET = pathlib.Path({str(target)!r}); sys.argv[1:] = {list(arguments)!r}; tool.main()"
    )
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def corpus(name: str) -> Path:
    folder = os.environ.get("DOCKGUARD_CORPUS")
    if not folder:
        pytest.skip("DOCKGUARD_CORPUS is not set")
    return Path(folder) / "facts" / name


FRAME = (
    r"""(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)"""
    r"""[\x60'"\s=]{0,5}([a-f0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)"""
)


def test_token_formats_from_rules(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(
        """
[[rules]]
id = "a-token"
regex = '''\\b(abc_(?i)[a-z0-9]{8})(?:[\\x60'"\\s;]|\\\\[nr]|$)'''
entropy = 2
keywords = ["abc_"]

[[rules]]
id = "acme-key"
regex = '''FRAME'''
keywords = ["acme"]
""".replace("FRAME", FRAME)
    )
    target = tmp_path / "out.json"
    run("refresh_token_formats", target, str(rules), "2026-01-02")
    table = json.loads(target.read_text())
    assert table["date"] == "2026-01-02"
    assert table["formats"] == [
        {"id": "a-token", "regex": r"\b(abc_(?i:[a-z0-9]{8}))(?![A-Za-z0-9_-])", "entropy": 2, "near": ["abc_"]}
    ]
    assert table["assigned"] == [{"id": "acme-key", "name": "acme", "value": "([a-f0-9]{32})", "entropy": 0}]


def test_licence_stands_beside_the_token_formats():
    table = json.loads((DATA / "token_formats.json").read_text())
    assert "Zachary Rice" in table["license"]
    assert "Permission is hereby granted" in (DATA / table["notice"]).read_text()


@pytest.mark.parametrize(
    ("tool", "source", "table"),
    [
        ("refresh_token_formats", "gitleaks.toml", "token_formats.json"),
        ("refresh_end_of_life", "end_of_life.json", "end_of_life.json"),
        ("refresh_images", "official_images.json", "images.json"),
    ],
)
def test_table_is_up_to_date_with_its_source(tool, source, table, tmp_path):
    place = corpus(source)
    now = DATA / table
    target = tmp_path / "out.json"
    target.write_text(now.read_text())
    head = json.loads(now.read_text())
    run(tool, target, str(place), head["date"])
    assert target.read_text() == now.read_text()


def test_images_fills_gaps_only(tmp_path):
    target = tmp_path / "images.json"
    rows = {"a": {"user": "root", "date": "2026-01-01"}, "b": {"file_variables": [], "date": "2026-01-01"}}
    target.write_text(json.dumps({"about": "test", "images": rows}))
    official = tmp_path / "official.json"
    listed = {name: {"file_variables": ["PASSWORD"]} for name in "abc"}
    official.write_text(json.dumps({"images": listed, "deprecated": ["b"]}))
    said = run("refresh_images", target, str(official), "2026-02-02")
    table = json.loads(target.read_text())["images"]
    assert table["a"] == {"user": "root", "date": "2026-02-02", "file_variables": ["PASSWORD"]}
    assert table["b"]["file_variables"] == []
    assert table["b"]["deprecated"]
    assert "without a row: c" in said


@pytest.mark.parametrize("table", ["end_of_life", "images", "paths", "ports", "secret_words", "token_formats"])
def test_every_table_names_its_source_and_date(table):
    value = json.loads((DATA / f"{table}.json").read_text())
    rows = list(value["images"].values()) if "images" in value else [value]
    assert all(row.get("source") and row.get("date") for row in rows)
