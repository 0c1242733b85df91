from __future__ import annotations

import json
import re

from dockguard.finding import Safety, Severity
from dockguard.render.rules_list import as_json, table, weaknesses
from dockguard.render.terminal import room
from tests.render.runs import CAPS, PRIVILEGED, STYLE, rule

KEYS = (
    "id aliases title severity score profile tags each confidence status options peers "
    "cis-docker cis-nginx owasp cwe fix since help"
).split()


def test_the_json_keeps_the_contract() -> None:
    fixable = rule("compose/x", safety=Safety.UNSAFE, options={"minimum": 31536000}, aliases=("compose/old",))
    output = json.loads(as_json([STYLE, PRIVILEGED, fixable]))
    assert list(output) == ["version", "rules"]
    assert output["version"] == 1
    assert [entry["id"] for entry in output["rules"]] == [PRIVILEGED.id, "compose/x", STYLE.id]
    assert all(list(entry) == KEYS for entry in output["rules"])
    first, second, third = output["rules"]
    assert first["peers"] == {"kics": ["privileged_containers_enabled"], "docker-bench": ["5.5"]}
    assert (first["cis-docker"], first["cis-nginx"], first["owasp"], first["cwe"]) == (["5.5"], [], ["D04"], [250])
    assert (first["fix"], second["fix"], third["score"]) == ("none", "unsafe", None)
    assert second["options"] == {"minimum": 31536000}
    assert second["aliases"] == ["compose/old"]
    assert first["help"] == PRIVILEGED.body


def test_weaknesses_are_numbers_however_they_are_written() -> None:
    assert weaknesses(rule(standards={"cwe": ("250", "CWE-16", "odd")})) == [250, 16]
    assert weaknesses(rule(standards={})) == []


def test_the_table_has_a_line_for_each_rule() -> None:
    lines = table([STYLE, CAPS, rule("compose/x", safety=Safety.SAFE, status="preview")]).splitlines()
    assert lines[0].split()[:3] == ["compose/cap-drop-all-missing", "medium", "recommended"]
    assert "fix: safe    (preview) Service runs privileged" in lines[1]
    assert lines[-1] == "3 rules"
    assert table([]) == "0 rules\n"


def test_the_table_fits_and_colour_changes_no_character() -> None:
    rules = [rule(f"compose/{'x' * 90}", title="\x1b[31m" + "long " * 40), rule("a/b", severity=Severity.LOW)]
    plain, painted = table(rules), table(rules, color=True)
    assert all(room(line) <= 100 for line in plain.splitlines())
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain
    assert "\x1b" not in plain
