"""The scanner beside tree-sitter-bash, on real RUN bodies and on damaged ones."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dockguard.common.packages import leftovers, package_calls
from dockguard.common.shell import scan_text
from dockguard.common.tls_files import in_script

LONG = int(os.environ.get("DOCKGUARD_LONG", "0"))

OWN_BODIES = (
    "apt-get update && apt-get install -y --no-install-recommends curl=8.* && rm -rf /var/lib/apt/lists/*",
    'set -eux; case "$(uname -m)" in x86_64|amd64) A=x64;; aarch64) A=arm64;; *) echo >&2 no; exit 1;; esac; curl $A',
    "for f in a \"b c\" $(ls); do [ -f $f ] || continue; cat <$f | tr -d '\\r' >> out; done; (cd /x && make) &",
    'if ! command -v git; then apk add git; elif test -n "${X:-$(id -u)}"; then :; else { a; b; } 2>&1; fi',
    'cat <<EOF > /etc/x.conf\nuser $(whoami)\nEOF\nf() { local x=1; g "$@"; }; f `date +%s` > /dev/null',
    'while read -r line; do echo "$line"; done < /etc/passwd; until curl -f x; do sleep 1; done',
    'echo $((1 + $(nproc))) ; bash <(curl -s x) ; diff <(a b) <(c d); echo "a`b c`d"; [[ $x == y && -n z ]] && w',
)

TLS_BODIES = (
    "git -c http.sslVerify=false clone x && pip config set global.trusted-host x; npm config set strict-ssl=false",
    "printf '[x]\\ngpgcheck=0\\n' | tee /etc/yum.repos.d/x.repo; sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.conf",
    'cat > ~/.npmrc <<E\nstrict-ssl=false\nE\ncurl -kfsSLo "$X" https://localhost/$V | sudo bash -s -- -y',
    "apt-get -qq -o Acquire::https::Verify-Peer=false install a=1.* b/c $D ./e.deb && rm -rf /var/lib/apt/lists/*",
    "pip install -r x 'a[b]>=1,<2' git+https://x/y@main . $P==1; gem install a -v 1; go install x/y@latest ./...",
)


def corpus() -> list[str]:
    """Every distinct RUN body of the corpus: here-documents written out as BuildKit hands them to the shell."""
    folder = os.environ.get("DOCKGUARD_CORPUS")
    if not folder:
        pytest.skip("DOCKGUARD_CORPUS is not set")
    found: dict[str, None] = {}
    with (Path(folder) / "oracle" / "dockerfile_real.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            for node in json.loads(line).get("nodes") or []:
                found.update(dict.fromkeys(bodies(node)))
    return list(found)


def bodies(node: dict) -> Iterator[str]:
    for inner in node.get("sub") or []:
        yield from bodies(inner) if isinstance(inner, dict) else ()
    if node["cmd"].upper() != "RUN" or node.get("json") or not node.get("args"):
        return
    text, docs = node["args"][0], node.get("heredocs") or []
    if docs and text.strip().startswith("<<") and len(text.split()) == 1:
        yield docs[0]["Content"]
    else:
        yield text + "".join(f"\n{doc['Content']}{doc['Name']}" for doc in docs) + ("\n" if docs else "")


@cache
def parser():
    language = pytest.importorskip("tree_sitter_bash", reason="tree-sitter-bash is not installed").language()
    tree_sitter = pytest.importorskip("tree_sitter", reason="tree-sitter is not installed")
    return tree_sitter.Parser(tree_sitter.Language(language))


def by_tree_sitter(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """(start, raw words) of every simple command, tests by their name alone."""
    data = text.encode()
    tree = parser().parse(data)
    found = []
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        words = tuple(data[a:b].decode() for a, b in spans(node))
        if words:
            found.append((len(data[: spans(node)[0][0]].decode()), words))
    return sorted(found)


def spans(node) -> list[tuple[int, int]]:
    if node.type == "test_command":
        first = node.children[0]
        return [(first.start_byte, first.end_byte)]
    if node.type in ("declaration_command", "unset_command"):
        return [(child.start_byte, child.end_byte) for child in node.children]
    if node.type != "command":
        return []
    kept = [c for c in node.children if c.type != "variable_assignment" and not c.type.endswith("redirect")]
    return joined(sorted((c.start_byte, c.end_byte) for c in (*kept, *behind_redirections(node))))


def behind_redirections(node) -> Iterator:
    """Arguments that tree-sitter hangs on a redirection: further targets of `>&2 a b`, `<<EOF a`."""
    while node is not None and node.type in ("command", "redirected_statement", "list", "pipeline", "negated_command"):
        for redirect in node.children:
            if redirect.type == "file_redirect":
                yield from redirect.children_by_field_name("destination")[1:]
            elif redirect.type == "heredoc_redirect":
                yield from redirect.children_by_field_name("argument")
        outer = node.parent
        kept = [c for c in outer.children if not c.type.endswith("redirect")] if outer is not None else []
        node = outer if kept and kept[-1] == node else None


def joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Arguments that touch are one word: tree-sitter cuts `a-$B` in two at times."""
    found: list[tuple[int, int]] = []
    for start, end in places:
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def by_us(text: str) -> list[tuple[int, tuple[str, ...]]]:
    found = []
    for command in scan_text(text).commands:
        if command.words and not is_inner(command):
            words = tuple(word.raw for word in command.words)
            found.append((command.words[0].start, words[:1] if words[0] in ("[", "[[") else words))
    return sorted(found)


def is_inner(command) -> bool:
    """Whether tree-sitter sees text only: `sh -c`, `sh <<EOF`, `find -exec`."""
    owner = command.element.block.owner
    return bool({"script", "trap"} & set(command.nesting)) or (
        owner is not None and not owner.compound and command.nesting[-1] == "group"
    )


def agreement(texts: list[str]) -> tuple[int, list[tuple[str, list, list]]]:
    different = []
    for text in texts:
        theirs, ours = by_tree_sitter(text), by_us(text)
        if theirs != ours:
            different.append((text, theirs, ours))
    return len(texts) - len(different), different


def readable(texts: list[str]) -> list[str]:
    """The texts that tree-sitter-bash reads without an error node."""
    return [text for text in texts if not parser().parse(text.encode()).root_node.has_error]


def test_own_bodies_agree_with_tree_sitter_bash() -> None:
    same, different = agreement(list(OWN_BODIES))
    assert different == []
    assert same == len(OWN_BODIES) == len(readable(list(OWN_BODIES)))


def test_real_bodies_agree_with_tree_sitter_bash() -> None:
    texts = corpus()
    judged = [text for text in readable(texts) if scan_text(text).interpreter in ("", "sh", "bash")]
    assert len(judged) >= 0.95 * len(texts) > 1000
    same, different = agreement(judged)
    assert same >= 0.997 * len(judged), different[:5]


def test_damaged_bodies_raise_nothing_and_places_hold() -> None:
    texts = corpus() if os.environ.get("DOCKGUARD_CORPUS") else list(OWN_BODIES)
    dice = random.Random(20261124)
    for _ in range(LONG or 3000):
        check_damaged(damaged(dice.choice(texts), texts, dice))


NASTY = (
    "$(",
    "`",
    '"',
    "'",
    "<<E\n",
    "${",
    "((",
    "[[",
    "case x in ",
    "esac",
    "}",
    "{",
    ")",
    "\\",
    "<(",
    "$((",
    "\0",
    "&&",
    "!",
)


def test_nothing_that_reads_commands_raises_on_damaged_bodies() -> None:
    texts = [*OWN_BODIES, *TLS_BODIES]
    dice = random.Random(5)
    for _ in range(max(1500, LONG // 10)):
        script = scan_text(damaged(dice.choice(texts), texts, dice))
        commands = script.commands
        for weakness in in_script(script):
            assert weakness.what
            assert weakness.span.outer.start <= weakness.span.outer.end
        for found in package_calls(commands):
            assert all(package.kind for package in found.packages)
        assert list(leftovers(commands)) is not None
        for command in commands:
            assert script.feeding(command) is not None
            assert command.interprets_input in (True, False)


def damaged(text: str, texts: list[str], dice: random.Random) -> str:
    for _ in range(dice.randint(1, 4)):
        at, size = dice.randint(0, len(text)), dice.randint(0, 12)
        how = dice.randint(0, 3)
        if how == 0:
            text = text[:at] + text[at + size :]
        elif how == 1:
            text = text[:at] + dice.choice(NASTY) + text[at:]
        elif how == 2:
            text = text[:at] + dice.choice(texts)[:40] + text[at:]
        else:
            text = text[:at]
    return text


def check_damaged(text: str) -> None:
    script = scan_text(text)
    for command in script.commands:
        assert command.failure.effect in ("stops", "lost", "unknown")
        assert 0 <= command.element.start <= command.element.end <= len(command.source.text)
        for word in (*command.words, *command.args, *(found.word for found in command.sets)):
            assert 0 <= word.start <= word.end <= len(word.source.text)
            word.value, word.expands, word.span.outer  # noqa: B018
            for part in word.parts:
                if part.kind == "text" and part.end - part.start == len(part.text) and "$'" not in word.raw:
                    assert word.source.text[part.start : part.end] == part.text
