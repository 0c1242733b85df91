"""The format's other parts: names, comments, pieces, `effective`, fixes, time."""

from __future__ import annotations

import json
import time

import pytest

from dockguard.finding import apply
from dockguard.formats.dockerfile import FORMAT
from dockguard.formats.dockerfile.text.edit import edit
from dockguard.source import Many
from dockguard.stack import pieces
from tests.dockerfile.helpers import image, request, tree_of


@pytest.mark.parametrize(
    "path",
    ["Dockerfile", "a/Dockerfile.prod", "web.dockerfile", "Containerfile", "x/prod.Dockerfile", "dockerfile-dev"],
)
def test_names(path: str) -> None:
    assert FORMAT.matches(path)


@pytest.mark.parametrize(
    "path",
    [
        *("Dockerfile.md", "dockerfile_test.go", "Dockerfile.dockerignore", "a/compose.yaml", "dockerfile-kn6.js.map"),
        *("Dockerfile.j2", "Dockerfile.in", "web.Dockerfile.tmpl"),  # what they become is one
    ],
)
def test_other_names(path: str) -> None:
    assert not FORMAT.matches(path)


def test_texts() -> None:
    assert FORMAT.sniff("# syntax=x\nARG A=1\n\nFROM --platform=$X a:1 AS b\n")
    assert not FORMAT.sniff("FROM x WHERE y = 1")
    assert not FORMAT.sniff("SELECT 1\nFROM a")
    assert FORMAT.context("a/.dockerignore")


def test_what_comments_cover() -> None:
    text = "# syntax=x\n# one\nARG A\n# two\nFROM a\nRUN b \\\n  # three\n  # four\n\n  c\n# five\nUSER d\nFROM e\n"
    found = list(FORMAT.comments(tree_of(text)))
    spans = [(c.span.text, c.line and c.line.text.strip(), c.block and c.block.text, c.top) for c in found]
    run = "RUN b \\\n  # three\n  # four\n\n  c"
    assert spans == [
        ("# one", "ARG A", "ARG A", True),
        ("# two", "FROM a", f"FROM a\n{run}\n# five\nUSER d", False),
        ("# three", "c", run, False),
        ("# four", "c", run, False),
        ("# five", "USER d", "USER d", False),
    ]


def test_heredoc_bodies_have_no_comments() -> None:
    assert not list(FORMAT.comments(tree_of("FROM a\nRUN <<E\n# dockguard: ignore[x]\nE\n")))


def test_the_stacks_piece() -> None:
    asked = request(context="c", dockerfile="Dockerfile")
    text = "FROM scratch\nCOPY nginx.conf /etc/nginx/\nCOPY <<E /x\nhi\nE\nEXPOSE 80-81 90/udp\nUSER 5\n"
    files = {"Dockerfile": text, "c/nginx.conf": ""}
    (piece,) = FORMAT.lower(image(files, asked))
    assert isinstance(piece, pieces.Image)
    assert piece.request == asked.key
    assert [(f.source, f.target, f.content and f.content.text) for f in piece.files] == [
        ("c/nginx.conf", "/etc/nginx/nginx.conf", None),
        ("", "/x", "hi\n"),
    ]
    assert [fact.known for fact in piece.ports] == [80, 81, 90]
    assert not list(FORMAT.lower(image(files, request("nothere", "c"))))


def test_effective_is_json() -> None:
    text = 'FROM a:1 AS final\nARG X\nENV A=b T=$X\nUSER $X\nCMD ["c"]\nEXPOSE 80\n'
    found = json.loads(json.dumps(FORMAT.effective(image(text))))
    assert (found["path"], found["target"], found["base"]) == ("Dockerfile", "final", "a:1")
    assert found["user"]["unknown"] is True
    assert found["env"]["A"] == {"value": "b", "path": "Dockerfile", "line": 3}
    assert found["cmd"]["value"] == ["c"]
    assert found["workdir"] == {}


def test_every_property_of_every_node_can_be_read() -> None:
    built = image(
        "ARG G=1\nFROM a AS x\nRUN --mount=type=secret,id=s,mode=0444 useradd b\nFROM x:$G\nCOPY --from=x a b\n"
        'LABEL a=b\nENV P="$Q"\nONBUILD RUN c\nHEALTHCHECK CMD d\nCMD ["e"]\nENTRYPOINT f\nADD http://x/y /z\nBAD\n'
    )
    seen = 0
    for kind in FORMAT.kinds.values():
        for node in kind.nodes(built):
            assert node.subject
            assert node.span.text
            for name in (name for name in dir(type(node)) if not name.startswith("_")):
                value = getattr(node, name)
                if isinstance(value, Many):
                    list(value)
                seen += 1
            if kind.key is not None:
                list(kind.key(node))
    assert seen > 500


def edited(text: str, kind: str, verb: str, path: str, literal: object = None, at: int = 0) -> str | None:
    node = list(FORMAT.kinds[kind].nodes(image(text)))[at]
    edits = edit(node, verb, path, literal)
    return None if edits is None else apply(text, edits)


def test_edits() -> None:
    assert edited("FROM a\nUSER root\n", "dockerfile.image", "set", "user", 10001) == "FROM a\nUSER 10001\n"
    assert edited("FROM a\nCMD b\n", "dockerfile.image", "set", "user", "app") == "FROM a\nUSER app\nCMD b\n"
    assert edited("FROM a", "dockerfile.stage", "set", "user", 5) == "FROM a\nUSER 5"
    assert edited("FROM a\nUSER root\n", "dockerfile.image", "set", "user", "a b") is None
    flag = edited("FROM a\nRUN --security=insecure x\n", "dockerfile.instruction", "remove", "flags.security", at=1)
    assert flag == "FROM a\nRUN x\n"
    text = "FROM a\nUSER root\nRUN sudo x\n"
    assert edited(text, "dockerfile.command", "remove", "sudo") == "FROM a\nUSER root\nRUN x\n"
    assert edited("FROM a\nUSER app\nRUN sudo x\n", "dockerfile.command", "remove", "sudo") is None
    assert edited("FROM a\nUSER root\nRUN sudo -u b x\n", "dockerfile.command", "remove", "sudo") is None


MEBIBYTE = 1024 * 1024 - 200
HOSTILE = {
    "instructions": "FROM a\n" + "ENV A=1\n" * (MEBIBYTE // 8),
    "continuation": "FROM a\nRUN a \\\n" + " b && c \\\n" * (MEBIBYTE // 10),
    "comments": "FROM a\nRUN a \\\n" + "# x\n" * (MEBIBYTE // 4) + "b\n",
    "users": "FROM a\n" + "RUN useradd b\nUSER b\n" * (MEBIBYTE // 22),
    "substitutions": "FROM a\nUSER " + "${A:-" * (MEBIBYTE // 6) + "}" * (MEBIBYTE // 6),
    "doubling": "FROM a\nENV A=0123456789\n" + "ENV A=$A$A\n" * 100,
    "heredocs": "FROM a\nRUN " + "<<E " * (MEBIBYTE // 4),
    "copies": "FROM a\nCOPY " + "a " * (MEBIBYTE // 2),
    "stages": "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nUSER $X\n" for n in range(25000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mebibyte_takes_seconds_at_most(name: str) -> None:
    start = time.process_time()
    tree = tree_of(HOSTILE[name])
    list(FORMAT.comments(tree))
    built = image(HOSTILE[name])
    FORMAT.effective(built)
    list(FORMAT.lower(built))
    assert time.process_time() - start < 8  # measured: at most 2 on an idle machine
