from __future__ import annotations

import subprocess
import sys

import pytest

from dockguard.render import FORMATS, concise, renderer
from dockguard.report import Run
from tests.render.runs import sample, troubled


def test_every_format_is_found_by_its_name() -> None:
    assert list(FORMATS) == ["text", "concise", "json", "sarif"]
    for name in FORMATS:
        assert renderer(name)(sample(), color=False, width=100, verbose=True, suppressed=True)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        renderer("yaml")


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("text", {"sarif_om", "attr", "json", "difflib", "urllib.parse", "importlib.metadata", "textwrap"}),
        ("concise", {"sarif_om", "attr", "json", "difflib", "urllib.parse"}),
        ("json", {"sarif_om", "attr", "urllib.parse"}),
    ],
)
def test_an_output_loads_only_what_it_needs(name: str, absent: set[str]) -> None:
    code = (
        "import sys\nfrom dockguard.render import renderer\nfrom dockguard.report import Run\n"
        f"renderer({name!r})(Run((), (), ()))\nprint(*sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not absent & set(done.stdout.split())


def test_concise_is_one_line_for_each() -> None:
    lines = concise.render(sample()).splitlines()
    assert lines[0] == (
        "compose.yaml:6:5: critical compose/privileged-container: "
        "service `runner` runs privileged: every isolation layer is off [*unsafe]"
    )
    assert len(lines) == 6
    assert concise.render(sample(), suppressed=True).splitlines()[-1] == (
        "app/Dockerfile:1:1: low dockerfile/maintainer: nobody reads this [suppressed]"
    )
    assert concise.render(troubled()).splitlines() == [
        "nginx/nginx.conf:2:3: error nginx-syntax: missing `;` after `listen 80`",
        "nginx/private.conf: error unreadable: permission denied",
    ]
    assert concise.render(Run((), (), ())) == ""
