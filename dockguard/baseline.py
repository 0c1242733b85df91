"""Known findings in a file, by fingerprint and count, so that only new ones fail."""

from __future__ import annotations

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dockguard.finding import Problem
from dockguard.record import dataclass, replace
from dockguard.report import Report, Suppression
from dockguard.rule import Rule
from dockguard.source import Source
from dockguard.workspace import MAX_BYTES, Workspace

VERSION = 1
_DIGEST = 12  # bytes: two of a million findings collide once in 10^17 projects


class BaselineError(Exception):
    """Why a baseline is not written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """So many findings of one rule, file and subject. Only the fingerprint decides; the rest is for people."""

    fingerprint: str  # of the first of them
    count: int
    rule: str
    path: str
    subject: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Entries by fingerprint."""

    entries: Mapping[str, Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self.entries.values(), key=lambda e: (e.path, e.rule, e.subject, e.fingerprint)))

    def __len__(self) -> int:
        """How many findings are known."""
        return sum(entry.count for entry in self.entries.values())


@dataclass(frozen=True, slots=True)
class Applied:
    """Reports with the known ones suppressed; `stale` counts what is known and no longer found."""

    reports: tuple[Report, ...]
    known: int
    stale: int


# --- fingerprints ----------------------------------------------------------------------------------------------------


def first_id(rule: Rule) -> str:
    """The id that a rule had first: a new name goes before the old ones in `aliases`, bare words are no ids."""
    return next((alias for alias in reversed(rule.aliases) if "/" in alias), rule.id)


def fingerprint(rule: Rule, path: str, subject: str, ordinal: int = 0) -> str:
    """24 hexadecimal digits that stay when lines move, messages change or a rule gets a new name."""
    from _blake2 import blake2b  # hashlib would load OpenSSL besides, which takes 3 ms

    text = "\0".join((first_id(rule), path, subject, str(ordinal)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).hexdigest()


def stamp(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Reports with their fingerprints; those of one kind are numbered in the order of their places.

    To be done before reports are suppressed or split, so that an accepted one keeps its number.
    """
    kept = list(reports)
    counts: Counter[tuple[str, str, str]] = Counter()
    done: dict[int, Report] = {}
    for index in sorted(range(len(kept)), key=lambda index: kept[index].span.outer.key):
        report = kept[index]
        kind = _kind(report)
        done[index] = replace(report, fingerprint=fingerprint(report.rule, kind[1], kind[2], counts[kind]))
        counts[kind] += 1
    return tuple(done[index] for index in range(len(kept)))


def _kind(report: Report) -> tuple[str, str, str]:
    return first_id(report.rule), report.span.outer.source.path, report.subject


# --- known and new ---------------------------------------------------------------------------------------------------


def create(reports: Iterable[Report]) -> Baseline:
    """All that counts today."""
    found: dict[str, Entry] = {}
    for kind in _groups(reports).values():
        report = kind[0]
        _, path, subject = _kind(report)
        key = fingerprint(report.rule, path, subject)
        found[key] = Entry(key, len(kind), report.rule.id, path, subject)
    return Baseline(found)


def _groups(reports: Iterable[Report]) -> dict[tuple[str, str, str], list[Report]]:
    """What counts, by kind, in the order of the places; the two parts of a split report are one."""
    groups: dict[tuple[str, str, str], dict[str, Report]] = defaultdict(dict)
    for report in sorted(reports, key=lambda report: report.span.outer.key):
        if report.suppressed is None:
            groups[_kind(report)].setdefault(report.fingerprint or str(len(groups[_kind(report)])), report)
    return {kind: list(members.values()) for kind, members in groups.items()}


def update(
    old: Baseline,
    reports: Iterable[Report],
    *,
    allow_growth: bool = False,
    judged: Callable[[Entry], bool] = lambda entry: True,
) -> Baseline:
    """What is still found of the known; with `allow_growth` all that counts today. Entries not `judged` stay."""
    now = create(reports)
    kept = {key: entry for key, entry in old.entries.items() if not judged(entry)}
    for key, entry in now.entries.items():
        known = old.entries[key].count if key in old.entries else 0
        count = entry.count if allow_growth else min(entry.count, known)
        if count:
            kept[key] = Entry(key, count, entry.rule, entry.path, entry.subject)
    return Baseline(kept)


def prune(old: Baseline, reports: Iterable[Report], judged: Callable[[Entry], bool] = lambda entry: True) -> Baseline:
    """The known ones without those that are gone."""
    return update(old, reports, judged=judged)


def apply(
    baseline: Baseline, reports: Iterable[Report], judged: Callable[[Entry], bool] = lambda entry: True
) -> Applied:
    """Suppress what is known: of each kind as many as were counted, in the order of their places.

    `judged` says whether an entry's file and rule were looked at, so that its absence means something.
    """
    kept = tuple(reports)
    known: dict[int, Suppression] = {}
    seen: dict[str, int] = {}
    for kind in _groups(kept).values():
        key = fingerprint(kind[0].rule, *_kind(kind[0])[1:])
        entry = baseline.entries.get(key)
        if entry is not None:
            seen[key] = min(entry.count, len(kind))
            known.update((id(report), Suppression("baseline")) for report in kind[: entry.count])
    gone = (entry.count - seen.get(key, 0) for key, entry in baseline.entries.items() if judged(entry))
    marked = tuple(replace(r, suppressed=known[id(r)]) if id(r) in known else r for r in kept)
    return Applied(marked, len(known), sum(gone))


# --- the file --------------------------------------------------------------------------------------------------------


def text_of(baseline: Baseline) -> str:
    """The file: sorted, one kind of finding on each line, so that merges are easy."""
    import json

    lines = [
        json.dumps(
            {"fingerprint": e.fingerprint, "count": e.count, "rule": e.rule, "path": e.path, "subject": e.subject}
        )
        for e in baseline
    ]
    body = "\n" + ",\n".join(f"    {line}" for line in lines) + "\n  " if lines else ""
    return f'{{\n  "version": {VERSION},\n  "findings": [{body}]\n}}\n'


def read(workspace: Workspace, path: str) -> Baseline | Problem:
    """A baseline file; a missing one is a problem, for else the whole backlog would look new."""
    source = workspace.read(path)
    if source is None:
        return Problem("baseline", f"baseline `{path}` does not exist", path=path, help="dockguard baseline create")
    return parse(source)


def parse(source: Source) -> Baseline | Problem:
    """The entries of a baseline's text."""
    import json

    try:
        data = json.loads(source.text)
    except json.JSONDecodeError as error:
        return _bad(source, f"is not JSON: {error.msg}", error.pos)
    except (ValueError, RecursionError):
        return _bad(source, "is not JSON")
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        return _bad(source, f"is no baseline of version {VERSION}")
    return _entries(source, data["findings"])


def _entries(source: Source, items: Iterable[Any]) -> Baseline | Problem:
    found: dict[str, Entry] = {}
    for number, item in enumerate(items, 1):
        entry = _entry(item)
        if entry is None:
            return _bad(source, f"has no fingerprint and count in its finding {number}")
        if entry.fingerprint in found:
            return _bad(source, f"lists {entry.fingerprint} twice", source.text.rfind(entry.fingerprint))
        found[entry.fingerprint] = entry
    return Baseline(found)


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    key, count = item.get("fingerprint"), item.get("count")
    if not isinstance(key, str) or type(count) is not int or count < 1:
        return None
    rule, path, subject = (str(item.get(name, "")) for name in ("rule", "path", "subject"))
    return Entry(key, count, rule, path, subject)


def _bad(source: Source, why: str, at: int = 0) -> Problem:
    at = max(0, min(at, len(source.text)))
    help = "restore it, or write it anew with `dockguard baseline create`"
    return Problem("baseline", f"baseline `{source.path}` {why}", source.span(at, at), source.path, help)


def write(root: Path, path: str, baseline: Baseline, *, overwrite: bool = True) -> None:
    """Put the file in place at once, with the mode of the one before; raises BaselineError, OSError.

    `path` is relative to `root`. Nothing is written through a link, or over what is not a file.
    """
    from dockguard import atomic

    text = text_of(baseline)
    if len(text) > MAX_BYTES:
        raise BaselineError(f"{len(text) // 1024} KiB is more than a baseline may have; make one for each folder")
    target = _target(root, path)
    _check(target, path, overwrite)
    atomic.write(target, text)


def _target(root: Path, path: str) -> Path:
    real = Path(os.path.realpath(root))
    target = Path(os.path.normpath(real / path))
    if path.startswith(("..", "/")):  # the user named a place outside: its folder is what it is
        return Path(os.path.realpath(target.parent)) / target.name
    if os.path.realpath(target.parent) != str(target.parent):
        raise BaselineError(f"`{path}` leads through a link, so it is not written")
    return target


def _check(target: Path, path: str, overwrite: bool) -> None:
    try:
        found = target.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found):
        raise BaselineError(f"`{path}` is a link or no file, so it is not written")
    if not overwrite:
        raise BaselineError(f"`{path}` exists; `dockguard baseline update` changes it")
