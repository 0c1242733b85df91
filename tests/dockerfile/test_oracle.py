"""Against BuildKit's own answers, and against an older BuildKit on files made here."""

from __future__ import annotations

import os
import random
import re

import pytest

from dockguard.formats.dockerfile.text.validity import fault
from dockguard.source import Source
from tests.dockerfile.helpers import records, same, tree_of

FILES = ("dockerfile_generated.jsonl", "dockerfile_real.jsonl")
_MISTAKEN = re.compile(r"`(typ|tmp)`|'from' doesn't support|must be a key=value pair")


@pytest.mark.parametrize("name", FILES)
def test_the_tree_equals_buildkits(name: str) -> None:
    count = 0
    for record in records(name):
        tree = tree_of(record["text"].removeprefix("\ufeff"))
        count += 1
        if "error" in record:
            assert tree.problems, record["text"]
            continue
        assert not tree.problems, record["text"]
        assert len(tree.instructions) == len(record["nodes"]), record["text"]
        assert all(map(same, tree.instructions, record["nodes"])), record["text"]
    assert count > 1000


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_keeps_its_other_instructions(name: str) -> None:
    for record in records(name):
        if "error" in record and "no instructions" not in record["error"]:
            text = record["text"].removeprefix("\ufeff")
            assert len(tree_of(text).instructions) >= text.count("FROM scratch\n"), text


@pytest.mark.parametrize("name", FILES)
def test_the_first_refused_instruction_is_buildkits(name: str) -> None:
    for record in records(name):
        said = record.get("instr_error", "")
        if "error" in record or "no build stage" in said or _MISTAKEN.search(said):
            continue
        items = tree_of(record["text"].removeprefix("\ufeff")).instructions
        ours = next(((item.line, fact) for item in items if (fact := fault(item)).written), None)
        line = re.match(r"dockerfile parse error on line (\d+)", said)
        if ours is not None and _MISTAKEN.search(ours[1].known or ""):
            continue  # refused later, when the mount is read
        assert (ours[0] if ours else None) == (int(line[1]) if line else None), record["text"]


# --- files made here --------------------------------------------------------------------------------

_PIECES = (
    "FROM alpine", "FROM alpine AS b", "RUN echo a", "RUN echo a \\", "  && b", "# comment", "  # comment", "", "   ",
    "run x", "USER app", "USER", "COPY --from=b /a /b", "COPY --chown=1:1 --link a b", 'CMD ["a", "b"]', "CMD ['a']",
    'RUN ["a",', "ENV A=b C=\"d e\" F=g\\ h", "ENV A b c", "LABEL a=b", "ARG X", "ARG X=1 Y", "EXPOSE 80 81/udp",
    "ONBUILD RUN x", "ONBUILD COPY a b", "HEALTHCHECK NONE", "HEALTHCHECK --interval=1s CMD x", "RUN a\\\\", "\\",
    "VOLUME /a /b", 'VOLUME ["/a"]', "STOPSIGNAL 9", "SHELL [\"a\"]", "RUN a `", "\tRUN tab", "RUN a\\ ",
    "WORKDIR  /x ",
    "RUN --mount=type=cache,target=/c \\", "RUN --network=none x", "MAINTAINER me", "ADD a b c", "RUN 'a \\", "b'",
)  # fmt: skip
_HEADS = (
    "",
    "# escape=`\n",
    "# syntax=x\n# escape=`\n",
    "# check=skip=all\n",
    "#escape=\\\n",
    "\n# escape=`\n",
    "# x\n",
)


def _made(random_: random.Random) -> str:
    lines = [random_.choice(_PIECES) for _ in range(random_.randint(1, 9))]
    end = random_.choice(("\n", "\n", "\r\n"))
    return random_.choice(_HEADS) + "FROM alpine\n" + end.join(lines) + random_.choice(("", end))


def test_names_and_lines_equal_an_older_buildkit() -> None:
    dockerfile = pytest.importorskip("dockerfile", reason="needs the package `dockerfile`")
    random_ = random.Random(20261124)
    compared = 0
    for _ in range(int(os.environ.get("DOCKGUARD_LONG", "1500"))):
        text = _made(random_)
        try:
            theirs = [((c.cmd or "").upper(), c.start_line, c.end_line) for c in dockerfile.parse_string(text)]
        except dockerfile.GoParseError:
            continue
        ours = [(item.keyword.text.upper(), item.line, item.end_line) for item in tree_of(text).instructions]
        compared += 1
        assert ours == theirs, text
    assert compared > 300


def test_every_span_holds_what_it_claims() -> None:
    random_ = random.Random(7)
    for _ in range(500):
        text = _made(random_)
        tree = tree_of(text)
        for item in tree.instructions:
            assert item.keyword.text.upper() == item.name
            for word in item.words if not item.json else ():
                written = word.span.text
                assert written == word.text or "\n" in written or written.startswith(word.text)
            for flag in item.flags:
                assert flag.span.text.startswith(f"--{flag.name}")


def test_a_source_of_another_path_is_kept() -> None:
    source = Source("a/b.dockerfile", "FROM x\n")
    assert tree_of("FROM x").instructions[0].span.text == "FROM x"
    assert source.path == "a/b.dockerfile"
