import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from dockguard.common.eol import eol_of, lifecycle, lifecycles_of, table_date

TODAY = date(2026, 9, 1)
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("reference", "product", "cycle"),
    [
        ("node:18", "nodejs", "18"),
        ("node:18.20.4-alpine3.20", "nodejs", "18"),
        ("node:hydrogen-slim", "nodejs", "18"),
        ("python:3.8-slim-buster", "python", "3.8"),
        ("postgres:9", "postgresql", "9.6"),
        ("postgres:9.6.24", "postgresql", "9.6"),
        ("docker.io/library/postgres:11-alpine", "postgresql", "11"),
        ("bitnami/postgresql:11", "postgresql", "11"),
        ("ubuntu:18.04", "ubuntu", "18.04"),
        ("ubuntu:focal", "ubuntu", "20.04"),
        ("ubuntu:focal-20230301", "ubuntu", "20.04"),
        ("debian:buster-slim", "debian", "10"),
        ("debian:9", "debian", "9"),
        ("alpine:3.14.2", "alpine-linux", "3.14"),
        ("centos:7", "centos", "7"),
        ("centos:centos7.9.2009", "centos", "7"),
        ("quay.io/centos/centos:stream8", "centos-stream", "8"),
        ("mysql:5.7", "mysql", "5.7"),
        ("php:7.4-fpm-alpine", "php", "7.4"),
        ("golang:1.20", "go", "1.20"),
        ("mcr.microsoft.com/dotnet/aspnet:6.0", "dotnet", "6"),
        ("nginx:1.25-alpine", "nginx", "1.25"),
    ],
)
def test_ended(reference, product, cycle):
    line = eol_of(reference, TODAY)
    assert (line.product, line.cycle) == (product, cycle)
    assert not line.base


@pytest.mark.parametrize(
    "reference",
    [
        "node:24",
        "node:latest",
        "node",
        "node:lts",
        "node:alpine",
        "node:${VERSION}",
        "${IMAGE}:18",
        "python:3",  # floats to the newest
        "redis:7",
        "debian:12",  # LTS is for everybody
        "ubuntu:24.04",
        "alpine:edge",
        "example.org/node:18",
        "team/app:1.0-buster",
        "somebody/postgres:9.6",
        "elasticsearch:8.5.0",  # no such line in the table
        "ubuntu:2",
        "python:3.99",
        "debian:sid",
    ],
)
def test_nothing_is_claimed(reference):
    assert eol_of(reference, TODAY) is None


def test_distribution_below():
    line = eol_of("eclipse-temurin:17-jre-focal", TODAY)
    assert (line.product, line.cycle, line.base) == ("ubuntu", "20.04", True)
    line = eol_of("postgres:16.4-alpine3.15", TODAY)
    assert (line.product, line.cycle, line.base) == ("alpine-linux", "3.15", True)


def test_day_decides():
    ends = lifecycle("nodejs", "18").ends
    assert ends == date(2025, 4, 30)
    assert eol_of("node:18", ends) is None
    assert eol_of("node:18", date(2025, 5, 1)) is not None


def test_both_lines():
    assert [line.cycle for line in lifecycles_of("python:3.8-slim-buster")] == ["3.8", "10"]


def test_newest_below_by_number():
    assert lifecycle("go", "1").cycle == max(
        (row[0] for row in _table()["products"]["go"]), key=lambda name: tuple(map(int, name.split(".")))
    )


def test_unknown_day_of_an_end():
    assert lifecycle("nodejs", "3").ended(TODAY)
    assert lifecycle("nodejs", "3").ends is None


def test_table_says_its_date():
    date.fromisoformat(table_date())
    assert lifecycle("nodejs", "18").read == table_date()


def test_table_is_what_its_command_makes(tmp_path):
    table = _table()
    names = ("cycle", "eol", "extended")
    products = {name: [dict(zip(names, row, strict=False)) for row in rows] for name, rows in table["products"].items()}
    source = tmp_path / "source.json"
    source.write_text(json.dumps({"source": "test", "products": products}))
    target = tmp_path / "out.json"
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import pathlib, refresh_end_of_life as tool;"
        f"tool.TARGET = pathlib.Path({str(target)!r}); sys.argv[1:] = [{str(source)!r}, {table['date']!r}]; tool.main()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert target.read_text() == (ROOT / "dockguard/common/data/end_of_life.json").read_text()


def _table():
    return json.loads((ROOT / "dockguard/common/data/end_of_life.json").read_text())
