"""No rule crashes on a configuration that somebody is in the middle of writing."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

from dockguard.rulebook import rulebook
from dockguard.run import judge_texts

COUNT = int(os.environ.get("DOCKGUARD_LONG", "0") or 0) or 150
EXAMPLE = re.compile(r"```nginx \S+\n(.*?)```", re.S)
JUNK = (
    *(";", "{", "}", "'", '"', "$", "\\", "\n", "\t", "\0", "é", "${", "{{ x }}", "add_header", "ssl_ciphers ;"),
    *("ssl_ciphers :+!-@;", "expires ;", "add_header Set-Cookie ;", "add_header Permissions-Policy ,;", "listen ;"),
    *("more_set_headers -s;", "ssl_protocols ;", "proxy_cache ;", "root;", "map $x $y;", "error_log ;", "access_log ;"),
    *("user;", "worker_processes;", "location {", "include ;", "limit_req;", "proxy_pass;", "return;", "rewrite a;"),
)

LINE = re.compile(r"^([ \t]*[a-z_0-9]+)[^;{}\n]*(?=[;{])", re.M)


def _mutated(pick, texts):
    text = pick.choice(texts) + ("\n" + pick.choice(texts) if pick.random() < 0.5 else "")
    for _ in range(pick.randint(1, 6)):
        at, kind = pick.randint(0, len(text)), pick.random()
        if kind < 0.4:
            text = text[:at] + pick.choice(JUNK) + text[at:]
        elif kind < 0.7:
            text = text[:at] + text[at + pick.randint(1, 12) :]
        else:
            low, high = sorted((at, pick.randint(0, len(text))))
            text = text[:low] + text[high:] + text[low:high]
    return text


def _examples():
    pages = sorted(Path("rules/nginx").glob("*.md"))
    texts = [text for page in pages for text in EXAMPLE.findall(page.read_text(encoding="utf-8"))]
    assert len(texts) > 500
    return texts


def test_no_rule_needs_the_arguments_of_a_directive():
    rules = rulebook().rules(("nginx", "stack"))
    texts = {f"{text[: line.end(1)]}{text[line.end() :]}" for text in _examples() for line in LINE.finditer(text)}
    assert len(texts) > 3000
    for text in sorted(texts)[:: 1 if os.environ.get("DOCKGUARD_LONG") else 12]:
        judge_texts({"nginx.conf": text}, rules)  # raises what a rule raises


def test_no_rule_crashes(tmp_path):
    texts = _examples()
    pick = random.Random(COUNT)
    for number in range(COUNT):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "nginx.conf").write_text(_mutated(pick, texts), encoding="utf-8")
    command = [sys.executable, "-m", "dockguard", "check", "--profile", "audit", "--format", "json", str(tmp_path)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert len(said["findings"]) > COUNT
    assert not [error["message"] for error in said["errors"] if error["code"].endswith("-crashed")]
