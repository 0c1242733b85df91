"""Text, Markdown and JSON: widths, words, notes, escapes, masks, and the keys that others depend on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dockguard.posture import json_v1, markdown, text
from dockguard.render.terminal import room

from .looks import looked

FILES: dict[str, Any] = {
    "compose.yaml": """\
services:
  web:
    image: nginx:1.27
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    depends_on: [app]
  app:
    build: app
    privileged: true
    environment:
      DB_PASSWORD: kX9vQ2mN8pL4wR7t
  db:
    image: postgres:16.4
    user: ${DB_USER}
""",
    "compose.prod.yaml": "services:\n  app:\n    privileged: false\n    user: root\n",
    "up.sh": "docker compose -f compose.yaml -f compose.prod.yaml up\n",
    "app/Dockerfile": "FROM debian:12\nUSER app\n",
    "nginx.conf": """\
events {}
http {
    server {
        listen 80;
        server_name shop.example;
        add_header X-Content-Type-Options nosniff always;
        location / { root /x; }
        location /b { root /b; add_header X-B 1; }
    }
}
""",
}


def shown(folder: Path, files: dict[str, Any] = FILES, width: int = 100, color: bool = False, **ask: Any) -> str:
    return text.render(*looked(folder, files, **ask), width=width, color=color)


def test_the_whole_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = shown(tmp_path).splitlines()
    assert lines[:2] == [
        "project compose.yaml, the worst of 2 variants",
        "  variants: compose.yaml; + compose.prod.yaml",
    ]
    table = [line for line in lines if line.startswith(("services ", "user ", "privileged ", "baseline ", "memory "))]
    assert [re.sub(r"\[\d+\]", "[N]", line).split() for line in table] == [
        ["services", "web", "app", "db"],
        ["user", "ok", "root,", "workers", "nginx", "(image)", "FAIL", "root", "[N]", "?", "[N]"],
        ["memory", "warn", "none", "warn", "none", "warn", "none"],
        ["privileged", "ok", "no", "FAIL", "yes", "[N]", "ok", "no"],
        ["baseline", "meets", "fails", "1", "[N]", "meets"],
    ]
    notes = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines if line.startswith("[")}
    place = next(line for line in lines if line.startswith("user ")).split()
    assert notes[place[place.index("root") + 1]] == "compose.prod.yaml:4, with compose.prod.yaml"
    assert notes[place[-1]] == "compose.yaml:14, `${DB_USER}` is not set"
    privileged = next(line for line in lines if line.startswith("privileged ")).split()
    assert notes[privileged[privileged.index("yes") + 1]] == "compose.yaml:9, with compose.yaml alone"
    assert lines[-4].startswith("3 services: ")
    assert lines[-3].startswith("1 host: ")
    assert lines[-2] == "policy baseline: 2 of 3 meet it, 1 fail"
    assert re.fullmatch(r"policy restricted: 0 of 3 meet it, 3 fail", lines[-1])


def test_hosts_name_how_many_contexts_lack_a_header(tmp_path: Path) -> None:
    line = next(line for line in shown(tmp_path).splitlines() if line.startswith("nosniff "))
    assert re.fullmatch(r"nosniff +warn 1 of 2 lack it \[\d+\]", line)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 300])
def test_widths(width: int, tmp_path: Path) -> None:
    most = max(40, min(width, 100))
    output = shown(tmp_path, width=width)
    assert max(map(room, output.splitlines())) <= most
    squares = [line for line in output.splitlines() if line.startswith("user ")]
    assert "".join(squares).count("FAIL root") == 1


def test_colour_repeats_words(tmp_path: Path) -> None:
    plain, painted = shown(tmp_path), shown(tmp_path, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain
    assert "\x1b[1;31mFAIL\x1b[0m" in painted
    assert "\x1b[1;32mok\x1b[0m" in painted
    assert "\x1b" not in plain


def test_more_services_than_columns_go_below_each_other(tmp_path: Path) -> None:
    services = {f"service-{number:02}": {"image": "nginx:1.27"} for number in range(23)}
    output = shown(tmp_path, {"compose.yaml": {"services": services}})
    for name in services:
        assert output.count(name) == 1
    assert output.count("read-only root") == output.count("\nservices ")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    secret = "kX9vQ2mN8pL4wR7t"
    files = {
        **FILES,
        "compose.prod.yaml": f"services:\n  app:\n    user: 'password={secret}'\n    image: 'x:{secret}'\n"
        f"    volumes: ['/etc/password={secret}:/x']\n    security_opt: ['label=password={secret}']\n",
    }
    found = looked(tmp_path, files)
    for render in (text.render, markdown.render, json_v1.render):
        assert secret not in render(*found)


HOSTILE = "a|b\x1b[31m`*_<img src=x>\u202e](javascript:x)\r\n@org"


def test_what_a_terminal_would_obey_is_shown(tmp_path: Path) -> None:
    files = {
        "compose.yaml": {"services": {HOSTILE: {"image": f"x:{HOSTILE}", "user": HOSTILE, "security_opt": [HOSTILE]}}}
    }
    for variant in ("worst", "each"):
        output = shown(tmp_path, files, variant=variant)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", output)


def test_markdown_is_a_table_of_ours_alone(tmp_path: Path) -> None:
    files = {"compose.yaml": {"services": {HOSTILE: {"image": "x:1", "user": HOSTILE, "security_opt": [HOSTILE]}}}}
    output = markdown.render(*looked(tmp_path, files))
    rows = [line for line in output.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}
    assert not re.search(r"(?<!\\)<(?!br>)", output)
    assert not re.search(r"(?<!\\)\](?=\()", output)
    assert "\\@org" in output


def test_markdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output = markdown.render(*looked(tmp_path, FILES))
    assert output.startswith("# Posture\n\n## project compose.yaml, the worst of 2 variants\n")
    lines = output.splitlines()
    head = lines.index(next(line for line in lines if line.startswith("| services |")))
    assert lines[head + 1] == "| --- | --- | --- | --- |"
    user = next(line for line in lines if line.startswith("| user |"))
    cells = re.sub(r"\d+", "N", user.replace("\\", "")).strip("| ").split(" | ")
    assert cells == ["user", "ok root, workers nginx (image)", "**FAIL** root [N]", "**?** [N]"]
    assert any(re.fullmatch(r"\d+\. compose\.prod\.yaml\\:4, with compose\.prod\.yaml", line) for line in lines)


def document(folder: Path, files: dict[str, Any] = FILES, **ask: Any) -> dict[str, Any]:
    found = json_v1.render(*looked(folder, files, **ask))
    assert found.isascii()
    made: dict[str, Any] = json.loads(found)
    return made


CELL = {"state", "severity", "value", "why", "rules", "location", "trace", "variants"}


def test_the_json_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = document(tmp_path)
    assert list(made) == ["version", "tool", "variants", "projects", "errors", "summary"]
    assert (made["version"], made["variants"], made["errors"]) == (1, "worst", [])
    (project,) = made["projects"]
    assert list(project) == ["project", "variants", "services", "hosts"]
    for service in project["services"]:
        assert list(service) == ["name", "location", "variants", "controls", "policies"]
        assert set(service["location"]) == {"path", "line", "column"}
        for cell in service["controls"].values():
            assert set(cell) == CELL
            assert cell["state"] in ("ok", "bad", "unknown", "n/a")
            assert (cell["severity"] is not None) == (cell["state"] == "bad")
        assert set(service["policies"]) == {"baseline", "restricted"}
        for verdict in service["policies"].values():
            assert set(verdict) == {"state", "failed", "why", "rules", "location", "variants"}
    (host,) = project["hosts"]
    assert list(host) == ["name", "location", "variants", "controls", "site", "container"]
    assert (host["name"], host["site"], host["container"]) == ("server shop.example", "nginx.conf", "web")
    nosniff = host["controls"]["nosniff"]
    assert set(nosniff) == CELL | {"lacking", "contexts"}
    assert (nosniff["lacking"], nosniff["contexts"]) == (1, 2)


def test_the_summary_counts_every_cell_once(tmp_path: Path) -> None:
    made = document(tmp_path)
    for kind in ("services", "hosts"):
        rows = [row for project in made["projects"] for row in project[kind]]
        cells = [cell["state"] for row in rows for cell in row["controls"].values()]
        summary = made["summary"][kind]
        assert summary.pop("count") == len(rows)
        assert summary == {state: cells.count(state) for state in ("ok", "bad", "unknown", "n/a")}
        assert sum(summary.values()) == len(cells)
    for name, counted in made["summary"]["policies"].items():
        states = [row["policies"][name]["state"] for project in made["projects"] for row in project["services"]]
        assert counted == {"meet": states.count("ok"), "fail": states.count("bad"), "unknown": states.count("unknown")}


def test_values_and_places_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = document(tmp_path)["projects"][0]["services"][1]
    user = app["controls"]["user"]
    assert (user["state"], user["severity"], user["value"]) == ("bad", "high", "root")
    assert user["location"] == {"path": "compose.prod.yaml", "line": 4, "column": 5}
    assert user["rules"] == ["stack/user-downgrades-image-user"]
    assert user["variants"] == ["compose.yaml + compose.prod.yaml"]
    assert app["policies"]["baseline"]["failed"] == ["Privileged"]


def test_projects_without_services(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM debian:12\n"}
    assert shown(tmp_path, files) == "no services and no hosts\n"
    assert document(tmp_path, files)["projects"] == []


def test_a_policy_of_the_team(tmp_path: Path) -> None:
    ours = 'title = "Ours"\n[[control]]\nname = "One, two"\nrules = ["compose/privileged-container"]\n'
    files = {**FILES, "ours.toml": ours, "dockguard.toml": 'policy = "ours.toml"'}
    made = document(tmp_path, files)
    assert set(made["summary"]["policies"]) == {"baseline", "restricted", "ours"}
    assert made["projects"][0]["services"][1]["policies"]["ours"]["failed"] == ["One, two"]
    found, _ = looked(tmp_path, files, "ours")
    assert found.policies == ("ours",)


def test_unreadable_input_is_no_posture(tmp_path: Path) -> None:
    found, run = looked(tmp_path, {"compose.yaml": "services: {a: [", "Dockerfile": "FROM a\n"})
    assert found.exit_code == 2
    assert [problem.code for problem in found.problems] == ["compose-syntax"]
    assert run.problems == found.problems
    assert document(tmp_path, {})["errors"][0]["code"] == "compose-syntax"


def test_nothing_to_look_at(tmp_path: Path) -> None:
    found, _ = looked(tmp_path, {"README": "x"})
    assert [problem.code for problem in found.problems] == ["nothing-to-check"]


def test_a_policy_that_nobody_knows(tmp_path: Path) -> None:
    found, _ = looked(tmp_path, FILES, "restrictd")
    (problem,) = found.problems
    assert (problem.message, problem.help) == ("unknown policy `restrictd`", "did you mean `restricted`?")
