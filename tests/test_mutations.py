"""Every rule over damaged examples: pages with lines lost, swapped, cut and mixed, in projects of several files."""

from __future__ import annotations

import os
import random

import pytest

from dockguard.rulebook import rulebook
from dockguard.run import judge_texts
from tests.examples import examples

COUNT = int(os.environ.get("DOCKGUARD_LONG", "150"))
SPICE = [
    *"{}[]\"'$:#-&*!|>\\;,\t\0é\u202e", "${X}", "${X:-y}", "$X", "!reset ", "!override []", "<<: *a", "&a", "<<EOF",
    "||", "null", "~", "0", "-1", "[]", "{}", "%", "../", "/", " ;", "{{ x }}", "include *;", "extends: {service: a}",
]  # fmt: skip


def damaged(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(rng.randint(1, 5)):
        at, kind = rng.randrange(len(lines)), rng.randrange(5)
        line = lines[at]
        cut = rng.randint(0, len(line))
        if kind == 0:
            lines[at] = line[:cut] + rng.choice(SPICE) + line[cut:]
        elif kind == 1:
            lines[at] = line[:cut]
        elif kind == 2:
            lines.insert(at, rng.choice(rng.choice(examples())[1].split("\n")))
        elif kind == 3:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            words = line.split(" ")
            del words[rng.randrange(len(words))]
            lines[at] = " ".join(words)
    return rng.choice(["\n", "\n", "\r\n"]).join(lines)


@pytest.mark.parametrize("seed", range(4))
def test_no_rule_crashes(seed: int) -> None:
    rng, rules = random.Random(seed), rulebook().rules()
    for _ in range(COUNT):
        files = {}
        for _ in range(rng.randint(1, 4)):
            path, text = rng.choice(examples())
            files[rng.choice(["", "app/"]) + path] = damaged(rng, text)
        judge_texts(files, rules)  # raises when a rule crashes
