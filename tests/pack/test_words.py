"""What pages with a check of one line say of facts and fixes: words of the user's files, never of our model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockguard.finding import Finding
from dockguard.pack import BadRule, builtin
from dockguard.pack.load import understand
from dockguard.pack.page import Page, read
from dockguard.run import every_kind, judge_texts
from dockguard.testing import bare

FRONT = """---
title: x
severity: low
confidence: high
each: compose.service
check: {check}
at: service
message: "found"
{more}profile: audit
---
# x

## Bad

```yaml compose.yaml
{text}```

## Good

```yaml compose.yaml
services: {{}}
```
"""
SPOKEN = re.compile(r"(?:remove|set|to) `(\w+)` (?:from|to|in) ")  # an attribute that the files call so


def page_of(path: Path) -> Page:
    return read(f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"), str(path.parent))


def findings(page: Page, path: Path) -> Iterator[tuple[str, Finding]]:
    """What its Bad examples are told, with the files' texts."""
    rule = understand(page, f"{path.parent.name}/{path.stem}", path, every_kind(), check=True)
    for example in page.examples:
        for report in judge_texts(bare(example), [rule]) if example.role == "bad" else ():
            yield "\n".join(bare(example).values()), report.finding


def pages(key: str) -> list[Path]:
    found = [path for path in sorted(builtin().glob("*/*.md")) if f"\n{key}:" in path.read_text(encoding="utf-8")]
    assert len(found) > 10
    return found


def made(tmp_path: Path, check: str, text: str, more: str = "") -> Finding:
    path = tmp_path / "compose" / "x.md"
    path.parent.mkdir()
    path.write_text(FRONT.format(check=check, text=text, more=more), encoding="utf-8")
    ((_, finding),) = findings(page_of(path), path)
    return finding


@pytest.mark.parametrize("path", pages("fix"), ids=lambda path: path.stem)
def test_titles_of_fixes_name_what_the_files_name(path: Path) -> None:
    for text, finding in findings(page_of(path), path):
        if finding.fix is not None:
            after = "".join(edit.text for edit in finding.fix.edits)
            assert all(name in text + after for name in SPOKEN.findall(finding.fix.title)), finding.fix.title


def test_notes_of_our_pages_name_no_attribute() -> None:
    drawn = re.compile(r"^\s*#.*\^ note: `[a-z_.]+` is ", re.M)
    assert [path.name for path in pages("check") if drawn.search(path.read_text(encoding="utf-8"))] == []


HOST = "services:\n  web:\n    image: nginx\n    pid: host\n    ipc: shareable\n"


def test_a_further_fact_is_shown_where_it_stands(tmp_path: Path) -> None:
    finding = made(tmp_path, "service.pid == 'host' and service.ipc == 'shareable'", HOST)
    assert [(note.span.text, note.text) for note in finding.notes] == [
        ("pid: host", "because of this"),
        ("ipc: shareable", "because of this"),
    ]


def test_a_value_that_its_line_does_not_show_is_told(tmp_path: Path) -> None:
    finding = made(tmp_path, "service.pid == 'host'", HOST.replace("pid: host", "pid: ${PID:-ho}st"))
    assert [note.text for note in finding.notes] == ["because of this: `host`"]


def test_a_page_may_say_it_better(tmp_path: Path) -> None:
    more = 'note.pid: "`{service.name}` sees every process"\n'
    assert [note.text for note in made(tmp_path, "service.pid == 'host'", HOST, more).notes] == [
        "`web` sees every process"
    ]


def test_what_the_excerpt_shows_anyway_is_no_note() -> None:
    """The place is the word `on`; the check asked for the line around it."""
    path = builtin() / "nginx" / "autoindex.md"
    assert {finding.notes for _, finding in findings(page_of(path), path)} == {()}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('note.ipc: "x"\n', "the check asks for no `ipc`"),
        ('note.pid: "{service.pidd}"\n', "no `pidd`"),
        ('nota.pid: "x"\n', "unknown key `nota.pid`"),
    ],
)
def test_wrong_notes_are_refused(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(BadRule, match=re.escape(why)):
        made(tmp_path, "service.pid == 'host'", HOST, more)
