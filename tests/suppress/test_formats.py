"""What a comment covers in each real language."""

import pytest

from dockguard.formats import load
from dockguard.source import Source
from dockguard.suppress import Commented, suppress

from .helpers import report, spot, state, terms

A = "# dockguard: ignore[compose/a]"
BLOCK = "# dockguard: ignore-block[compose/a]"
FILE = "# dockguard: ignore-file[compose/a]"

DOCKERFILE = [
    (f"FROM a\n{A}\nUSER b\nUSER c\n", "USER b", True),
    (f"FROM a\n{A}\nUSER b\nUSER c\n", "b", True),
    (f"FROM a\n{A}\nUSER b\nUSER c\n", "USER c", False),
    (f"FROM a\n{A}\n\n# more\nUSER b\n", "USER b", True),
    (f"FROM a\nRUN x && \\\n    {A}\n    curl y && \\\n    wget z\n", "curl", True),
    (f"FROM a\nRUN x && \\\n    {A}\n    curl y && \\\n    wget z\n", "wget", False),
    (f"FROM a\nRUN x && \\\n    {A}\n    curl y\n", "RUN", False),
    (f"{BLOCK}\nFROM a\nUSER b\nFROM c\nUSER d\n", "USER b", True),
    (f"{BLOCK}\nFROM a\nUSER b\nFROM c\nUSER d\n", "USER d", False),
    (f"{FILE}\nFROM a\nUSER b\nFROM c\nUSER d\n", "USER d", True),
    (f"# syntax=docker/dockerfile:1\n{FILE}\nFROM a\nUSER d\n", "USER d", True),
    (f"FROM a\n{FILE}\nUSER d\n", "USER d", False),
    (f"FROM a\nUSER b {A}\n", "USER b", False),
    (f"FROM a\nRUN <<E\n{A}\ncurl y\nE\n", "curl", False),
]
COMPOSE = [
    (f"services:\n  web:\n    {A}\n    privileged: true\n    user: b\n", "privileged", True),
    (f"services:\n  web:\n    {A}\n    privileged: true\n    user: b\n", "true", True),
    (f"services:\n  web:\n    {A}\n    privileged: true\n    user: b\n", "user", False),
    (f"services:\n  web:\n    privileged: true {A}\n    user: b\n", "privileged", True),
    (f"services:\n  web:\n    privileged: true {A}\n    user: b\n", "user", False),
    (f"services:\n  {A}\n  web:\n    image: x\n", "web", True),
    (f"services:\n  {BLOCK}\n  web:\n    user: b\n  db:\n    user: c\n", "user: b", True),
    (f"services:\n  {BLOCK}\n  web:\n    user: b\n  db:\n    user: c\n", "user: c", False),
    (f"services:\n  web:\n    ports:\n      {A}\n      - '1:1'\n      - '2:2'\n", "'1:1'", True),
    (f"services:\n  web:\n    ports:\n      {A}\n      - '1:1'\n      - '2:2'\n", "'2:2'", False),
    (f"services:\n  web:\n    ports:\n      - '1:1' {A}\n      - '2:2'\n", "'1:1'", True),
    (f"{FILE}\nservices:\n  web:\n    user: c\n", "user", True),
    (f"services:\n  web:\n    command: |\n      {A}\n      x\n    user: c\n", "user", False),
    (f'services:\n  web:\n    command: "x {A}"\n    user: c\n', "command", False),
]
NGINX = [
    (f"http {{\n  {A}\n  autoindex on;\n  gzip on;\n}}\n", "autoindex", True),
    (f"http {{\n  {A}\n  autoindex on;\n  gzip on;\n}}\n", "gzip", False),
    (f"http {{\n  autoindex on; {A}\n  gzip on;\n}}\n", "autoindex", True),
    (f"http {{\n  autoindex on; {A}\n  gzip on;\n}}\n", "gzip", False),
    (f"http {{\n  {A}\n  server {{\n    gzip on;\n  }}\n}}\n", "server", True),
    (f"http {{\n  {A}\n  server {{\n    gzip on;\n  }}\n}}\n", "gzip", False),
    (f"http {{\n  {BLOCK}\n  server {{\n    gzip on;\n  }}\n  sendfile on;\n}}\n", "gzip", True),
    (f"http {{\n  {BLOCK}\n  server {{\n    gzip on;\n  }}\n  sendfile on;\n}}\n", "sendfile", False),
    (f"{FILE}\nhttp {{\n  gzip on;\n}}\n", "gzip", True),
    (f'http {{\n  root "x {A}"; gzip on;\n}}\n', "gzip", False),
]
CASES = [
    *(("Dockerfile", "dockerfile", *case) for case in DOCKERFILE),
    *(("compose.yaml", "compose", *case) for case in COMPOSE),
    *(("nginx.conf", "nginx", *case) for case in NGINX),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("path", "name", "text", "place", "expected"), CASES)
def test_coverage(path, name, text, place, expected, newline):
    (format,) = load((name,))
    source = Source(path, text.replace("\n", newline))
    tree = format.parse(source)
    outcome = suppress([report(spot(source, place))], [Commented(source, tuple(format.comments(tree)))], terms())
    assert state(outcome) == [((), "comment" if expected else None)]
    (directive,) = outcome.directives
    if not directive.misplaced:
        assert bool(directive.unused) is not expected


MISPLACED = [
    ("Dockerfile", "dockerfile", f"FROM a\nUSER b {A}\n"),
    ("Dockerfile", "dockerfile", f"FROM a\nRUN <<E\n{A}\ncurl y\nE\n"),
    ("Dockerfile", "dockerfile", f"{FILE}\n# syntax=x\nFROM a\n".replace(FILE, "FROM x\n" + FILE)),
    ("Dockerfile", "dockerfile", f"FROM a\n{A}\n"),
    ("compose.yaml", "compose", f"services:\n  web:\n    command: |\n      {A}\n      x\n"),
    ("compose.yaml", "compose", f"services:\n  web:\n    image: 'x {A}'\n"),
    ("compose.yaml", "compose", f"services:\n  web:\n    image: x\n{FILE}\n"),
    ("nginx.conf", "nginx", f"http {{\n  root '{A}';\n}}\n".replace("'#", "'a #")),
    ("nginx.conf", "nginx", f"http {{\n  {FILE}\n  gzip on;\n}}\n"),
]


@pytest.mark.parametrize(("path", "name", "text"), MISPLACED)
def test_misplaced(path, name, text):
    (format,) = load((name,))
    source = Source(path, text)
    outcome = suppress([], [Commented(source, tuple(format.comments(format.parse(source))))], terms())
    assert [bool(directive.misplaced) for directive in outcome.directives] == [True]
