"""Rebuild the table of token formats from gitleaks' rules.

    python tools/refresh_token_formats.py GITLEAKS_TOML DATE

GITLEAKS_TOML is a file or URL: https://raw.githubusercontent.com/gitleaks/gitleaks/master/config/gitleaks.toml
DATE is the day it was read (2026-08-22). The rules are under the MIT licence, whose notice goes into the table.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "dockguard" / "common" / "data" / "token_formats.json"

# Not formats of a value: context of a command or file, file names, public halves, a bare hash, our own patterns.
LEFT_OUT = {
    "curl-auth-header",
    "curl-auth-user",
    "facebook-access-token",
    "flutterwave-public-key",
    "freemius-secret-key",
    "generic-api-key",
    "gitlab-session-cookie",
    "kubernetes-secret-yaml",
    "nuget-config-password",
    "pkcs12-file",
    "private-key",
    "sidekiq-sensitive-url",
    "sourcegraph-access-token",
}
NOTICE = "MIT License, Copyright (c) 2019 Zachary Rice"
TERMINATOR = r"""(?:[\x60'"\s;]|\\[nr]|$)"""
ASSIGNED = re.compile(  # gitleaks' generated frame: a word, an operator, the value
    r"""^(?:\(\?i\))?\[\\w\.-\]\{0,50\}\?"""
    r"""(?:\(\?i:\[\\w\.-\]\{0,50\}\?)?\(\?:(?P<word>.+)\)"""
    r"""\(\?:\[ \\t\\w\.-\]\{0,20\}\)\[\\s'"\]\{0,3\}\)?"""
    r"""\(\?:=\|.*?\[\\x60'"\\s=\]\{0,5\}(?P<value>\(.+\))\(\?:\[\\x60"""
)


def main() -> None:
    """Read the rules, write the table, say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rules", help="gitleaks.toml: file or URL")
    parser.add_argument("date", help="the day it was read, YYYY-MM-DD")
    options = parser.parse_args()
    rules = tomllib.loads(read(options.rules))["rules"]
    table = {
        "source": "gitleaks config/gitleaks.toml",
        "date": options.date,
        "license": NOTICE,
        "notice": (TARGET.parent / "gitleaks.LICENSE").name,
        "command": "python tools/refresh_token_formats.py GITLEAKS_TOML DATE",
        "formats": [row for rule in rules if (row := token_row(rule))],
        "assigned": [row for rule in rules if (row := assigned_row(rule))],
    }
    TARGET.write_text(dump(table), encoding="utf-8")
    print(f"{TARGET}: {len(table['formats'])} formats, {len(table['assigned'])} by name and form")


def read(place: str) -> str:
    """The text of a file or URL."""
    if place.startswith("https://"):
        with urllib.request.urlopen(place) as answer:
            return str(answer.read().decode())
    return Path(place).read_text(encoding="utf-8")


def token_row(rule: dict[str, Any]) -> dict[str, Any] | None:
    """A format that the value alone shows; None for rules of another sort."""
    regex = rule.get("regex", "")
    if rule["id"] in LEFT_OUT or "(?:=|>|:{1,3}=" in regex:
        return None
    return {"id": rule["id"], "regex": python(regex), "entropy": rule.get("entropy", 0), "near": rule["keywords"]}


def assigned_row(rule: dict[str, Any]) -> dict[str, Any] | None:
    """A format that only together with a name proves something; None for rules of another sort, and public ids."""
    match = ASSIGNED.match(rule.get("regex", ""))
    if match is None or not re.fullmatch(r"\([^()]+\)", match["value"]) or rule["id"] in LEFT_OUT:
        return None
    if re.search(r"client-id|public|[-_]id$", rule["id"]):
        return None
    name, value = scoped(match["word"].replace("(?-i:", "(?:")), scoped(match["value"])
    re.compile(name), re.compile(value)
    return {"id": rule["id"], "name": name, "value": value, "entropy": rule.get("entropy", 0)}


def python(regex: str) -> str:
    """A Go pattern as Python's: scoped flags, named classes, and an end that consumes nothing."""
    ends = regex.endswith(TERMINATOR)
    text = regex.removesuffix(TERMINATOR) + ("(?![A-Za-z0-9_-])" if ends else "")
    text = text.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(r"\z", r"\Z").replace("(?P<", "(?P<_")
    text = re.sub(r"\(\?P<_\w+>", "(?:", text)
    if not text.startswith((r"\b", "(?i)\\b", "(?:^")):
        text = text.replace("(?i)", "", 1) if text.startswith("(?i)") else text
        text = rf"(?<![A-Za-z0-9])(?:{'(?i:' if regex.startswith('(?i)') else '(?:'}{text}))"
    text = scoped(text)
    re.compile(text)
    return text


def scoped(regex: str) -> str:
    """`a(?i)b` as `a(?i:b)`: in Go a flag lasts until its group ends, Python wants it at the start or scoped."""
    while (at := regex.find("(?i)", 1)) > 0:
        end = group_end(regex, at + 4)
        regex = f"{regex[:at]}(?i:{regex[at + 4 : end]}){regex[end:]}"
    return regex


def group_end(regex: str, at: int) -> int:
    """Where the group that holds `at` ends."""
    depth, in_class = 0, False
    while at < len(regex):
        character = regex[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            depth += 1
        elif character == ")":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return at


def dump(table: dict[str, Any]) -> str:
    """JSON with one row a line."""
    heads = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items() if isinstance(value, str)]
    for key in ("formats", "assigned"):
        rows = ",\n    ".join(json.dumps(row) for row in table[key])
        heads.append(f"  {json.dumps(key)}: [\n    {rows}\n  ]")
    return "{\n" + ",\n".join(heads) + "\n}\n"


if __name__ == "__main__":
    main()
