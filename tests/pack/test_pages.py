"""The form of pages, and what they are refused for."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dockguard.formats.base import Kind
from dockguard.pack import BadRule, builtin, load, read
from tests.language.model import Thing

KINDS = {"compose.thing": Kind(Thing, lambda root: ())}
HEAD = {
    "title": "A thing is on", "severity": "medium", "score": "5.0", "confidence": "high", "each": "compose.thing",
    "check": "thing.on", "message": '"it is {thing.on}"', "profile": "recommended",
}  # fmt: skip
EXAMPLES = "# A thing\n\n## Bad\n\n```yaml a.yaml\nx\n```\n\n## Good\n\n```yaml a.yaml\ny\n```\n"


def page(tmp_path: Path, body: str = EXAMPLES, **changes: str | None) -> Path:
    meta = {**HEAD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    head = "".join(f"{key}: {value}\n" for key, value in meta.items() if value is not None)
    (tmp_path / "compose").mkdir(exist_ok=True)
    (tmp_path / "compose" / "a-thing.md").write_text(f"---\n{head}---\n{body}")
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"check": "thing.onn"}, r"a-thing.md:7: Thing has no `onn`; did you mean `on`\?"),
        ({"message": '"{thing.onn}"'}, "a-thing.md:8: Thing has no `onn`"),
        ({"message": None}, "`message` is missing"),
        ({"check": "thing.on and thing.off"}, "`at:` must name the place"),
        ({"check": "thing.on and thing.off", "at": "thing.subject"}, "has no place"),
        ({"each": "compose.thingy"}, r"no such kind: `compose.thingy`; did you mean `compose.thing`\?"),
        ({"severity": "high"}, "a score of 5.0 means severity medium"),
        ({"score": None}, "a score of None means severity low"),
        ({"score": "11.0"}, "between 0.1 and 10.0"),
        ({"confidence": "sure"}, "is not a level"),
        ({"profile": "default"}, "one of essential"),
        ({"severty": "low"}, "unknown key `severty`; did you mean `severity`"),
        ({"title": None}, "`title` is missing"),
        ({"peers": "[DL3002]"}, "is not `peer:rule`"),
        ({"fix": "remove thing.on"}, "`safety: safe` or"),
        ({"fix": "delete thing.on", "safety": "safe"}, "a fix is `remove X`"),
        ({"fix": "set thing.on = $(x)", "safety": "safe"}, "is not a literal"),
        ({"fix": "remove thing.on", "safety": "safe"}, "cannot be edited"),
        ({"on": "[curl]"}, "has no index"),
        ({"check": None}, "neither `check:` nor a sibling a-thing.py"),
        ({"tags": "[a"}, "a list stands on one line"),
        ({"title": "a: b"}, "put it in double quotes"),
    ],
)
def test_refused(tmp_path: Path, changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(BadRule, match=complaint):
        load(page(tmp_path, **changes), KINDS, check=True)


def test_a_page_needs_both_kinds_of_examples(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="no `## Good` example"):
        load(page(tmp_path, EXAMPLES.replace("## Good", "## Better")), KINDS, check=True)
    with pytest.raises(BadRule, match="no `## Bad` example"):
        load(page(tmp_path, ""), KINDS, check=True)


def test_understood(tmp_path: Path) -> None:
    more = {
        "peers": "[kics:a_b, hadolint:DL3002]", "cwe": "[250]", "option.minimum": "300", "option.words": "[a, b]",
        "aliases": "[old-thing, stack/older]", "tags": "[x]", "supersedes": "[compose/other]",
    }  # fmt: skip
    (rule,) = load(page(tmp_path, **more), KINDS, check=True).rules
    assert rule.id == "compose/a-thing"
    assert rule.peers == {"kics": ("a_b",), "hadolint": ("DL3002",)}
    assert rule.options == {"minimum": 300, "words": ["a", "b"]}
    assert rule.aliases == ("compose/old-thing", "stack/older")
    assert rule.standards == {"cwe": ("250",)}


def test_code_runs_only_where_it_is_allowed(tmp_path: Path) -> None:
    folder = page(tmp_path, check=None)
    mark = tmp_path / "ran"
    (folder / "compose" / "a-thing.py").write_text(
        f"import pathlib\npathlib.Path({str(mark)!r}).touch()\ndef check(thing): return iter(())\n"
    )
    with pytest.raises(BadRule, match="is code; allow it with --allow-code"):
        load(folder, KINDS, code=False)
    (rule,) = load(folder, KINDS).rules
    assert not mark.exists()  # and only when the rule is asked
    assert list(rule.check(None, {})) == []
    assert mark.exists()


def test_removed_pages_name_their_successor(tmp_path: Path) -> None:
    pack = load(page(tmp_path, status="removed", successor="compose/new-thing"), KINDS)
    assert (pack.rules, pack.removed) == ((), {"compose/a-thing": "compose/new-thing"})


PAGES = sorted(builtin().glob("*/*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_front_matter_is_yaml(path: Path) -> None:
    """GitHub and editors read what we read."""
    text = path.read_text(encoding="utf-8")
    full = YAML(typ="safe", pure=True).load(text[4 : text.index("\n---\n", 3)])
    assert full == read(path.name, text).meta


def test_pages_keep_lf() -> None:
    assert not [path for path in PAGES if b"\r" in path.read_bytes() and "crlf" not in path.stem]
