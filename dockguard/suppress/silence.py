"""Which reports somebody has accepted, by a comment or in the configuration, and what became of each acceptance."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import accumulate

from dockguard.config.model import Config, Entry
from dockguard.finding import Finding
from dockguard.formats.base import Comment
from dockguard.glob import PathGlob, word_glob
from dockguard.record import dataclass, field, replace
from dockguard.report import Report, Suppression
from dockguard.rule import Rule
from dockguard.select import Catalogue
from dockguard.source import Source, Span
from dockguard.suppress.node import KINDS, Directive, comment_node, entry_node
from dockguard.suppress.written import Name, Written

__all__ = ["KINDS", "Commented", "Directive", "Outcome", "Terms", "meta", "suppress"]

META = "meta"


@dataclass(frozen=True, slots=True)
class Commented:
    """A parsed text (also one that is written inside another one) and the comments that its format sees in it."""

    source: Source
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What suppressions are judged by.

    `variants` maps each variant to the paths of every text in it; a comment in one of these texts silences the
    variants that contain it, and a comment in a text that none of them lists silences all. `asked` says whether a rule
    was asked about a path: what was not cannot be unused.
    """

    catalogue: Catalogue
    today: datetime.date
    config: Config = field(default_factory=Config)
    variants: Mapping[str, Collection[str]] = field(default_factory=dict)
    asked: Callable[[Rule, str], bool] = lambda rule, path: True


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reports, some of them suppressed or split by variant, and every suppression as a node for `meta`."""

    reports: tuple[Report, ...]
    directives: tuple[Directive, ...] = ()


def suppress(reports: Iterable[Report], files: Iterable[Commented], terms: Terms) -> Outcome:
    """Silence what comments and the configuration accept; a report silenced in some of its variants becomes two."""
    texts = tuple(files)
    ours = list(_written(texts, terms.catalogue))
    theirs = _foreign(texts, terms) if terms.config.foreign and terms.config.inline else []
    live = [one for one in ours if terms.config.inline and _is_live(one, terms.today)]
    silencer = _Silencer(_Index([*live, *theirs]), terms)
    done = [part for report in reports for part in silencer.parts(report)]
    nodes = [*_comment_nodes(ours, silencer.used, terms), *_entry_nodes(silencer.hits, terms)]
    return Outcome(tuple(done), tuple(nodes))


def meta(reports: Iterable[Report], terms: Terms) -> tuple[Report, ...]:
    """Silence reports of the family `meta`: only the configuration can."""
    silencer = _Silencer(_Index(()), terms)
    return tuple(part for report in reports for part in silencer.parts(report))


def places(finding: Finding) -> Iterator[Span]:
    """Where the deciding place and those of the notes begin, in the files on disk."""
    yield _point(finding.span, finding.span.start)
    for note in finding.notes:
        yield _point(note.span, note.span.start)


def _point(span: Span, offset: int) -> Span:
    """An offset on disk: a single one is written verbatim more often than what lies around it."""
    return span.source.span(offset, offset).outer


# --- comments --------------------------------------------------------------------------------------------------------


def _written(texts: Sequence[Commented], catalogue: Catalogue) -> Iterator[Written]:
    """Directives in the order of the texts; a place counts once, however many embedded texts show it."""
    texts = [text for text in texts if "dockguard" in text.source.text.lower()]
    if not texts:
        return
    from dockguard.suppress.directive import directives

    inner: dict[str, list[Span]] = defaultdict(list)
    for text in texts:
        if text.source.origin is not None:
            for comment in text.comments:
                inner[comment.span.outer.source.path].append(comment.span.outer)
    seen: set[tuple[str, int, int]] = set()
    for text in texts:
        taken = () if text.source.origin is not None else inner[text.source.path]
        for one in directives(text.source, text.comments, taken, catalogue):
            if one.span.outer.key not in seen and not (one.comment is None and text.source.origin):
                seen.add(one.span.outer.key)
                yield one


def _foreign(texts: Iterable[Commented], terms: Terms) -> list[Written]:
    from dockguard.suppress.foreign import foreign

    return [one for text in texts for one in foreign(text.comments, terms.config.foreign, terms.catalogue)]


def _is_live(one: Written, today: datetime.date) -> bool:
    return not one.wrong and one.cover is not None and (one.until is None or one.until >= today)


@dataclass(frozen=True, slots=True)
class _Cover:
    start: int
    end: int
    written: Written
    name: Name


class _Index:
    """Directives by the file and the rule that they are about; the innermost of a place comes first."""

    def __init__(self, written: Iterable[Written]) -> None:
        found: dict[tuple[str, str], dict[tuple[int, int], _Cover]] = defaultdict(dict)
        for one in written:
            cover = one.cover
            if cover is not None:
                path, start, end = _about(one, cover)
                for name in one.names:
                    if name.rule is not None:
                        found[path, name.rule.id].setdefault((start, end), _Cover(start, end, one, name))
        self._covers = {key: sorted(covers.values(), key=lambda c: (c.start, -c.end)) for key, covers in found.items()}
        self._reach = {key: list(accumulate((c.end for c in covers), max)) for key, covers in self._covers.items()}

    def covering(self, place: Span, rule_id: str) -> Iterator[_Cover]:
        """Those whose range the place begins in."""
        key = place.source.path, rule_id
        covers = self._covers.get(key)
        if not covers:
            return
        reach = self._reach[key]
        at = bisect_right(covers, place.start, key=lambda cover: cover.start) - 1
        while at >= 0 and reach[at] > place.start:
            if covers[at].end > place.start:
                yield covers[at]
            at -= 1


def _about(one: Written, cover: Span) -> tuple[str, int, int]:
    """(path, start, end) on disk, from the beginning of the line: a key may stand behind a `- `."""
    first, last = _point(cover, cover.start), _point(cover, cover.end)
    line = first.source.line_starts[first.line - 1]
    blank = not first.source.text[line : first.start].strip(" \t-")
    end = last.end + 1 if one.scope == "ignore-file" else last.end  # what is missing may be said at the very end
    return first.source.path, line if blank else first.start, max(end, first.start + 1)


# --- silencing -------------------------------------------------------------------------------------------------------


class _Silencer:
    """Takes variants away from reports, and remembers which suppression did it."""

    def __init__(self, index: _Index, terms: Terms) -> None:
        self._index, self._terms = index, terms
        self._everywhere = frozenset(path for paths in terms.variants.values() for path in paths)
        self._entries: dict[str, list[_Entry]] = defaultdict(list)
        for entry in terms.config.suppressions:
            if entry.until is None or entry.until >= terms.today:
                self._entries[entry.rule].append(_Entry(entry, terms))
        self.used: set[tuple[int, int]] = set()  # identities of Written and Name
        self.hits: set[int] = set()  # identities of Entry

    def parts(self, report: Report) -> list[Report]:
        """The report, or what its suppressions make of it: the silenced parts, then what is left."""
        left = dict.fromkeys(report.variants or ("",))
        parts = []
        for variants, why in self._acceptances(report):
            taken = tuple(variant for variant in left if variant in variants)
            if taken and report.suppressed is None:
                parts.append(replace(report, variants=taken if report.variants else (), suppressed=why()))
                left = {variant: None for variant in left if variant not in taken}
            if not left:
                return parts
        return [*parts, replace(report, variants=tuple(left)) if parts else report]

    def _acceptances(self, report: Report) -> Iterator[tuple[Collection[str], Callable[[], Suppression]]]:
        """(Variants, what to write on the report) of each suppression of it; the second notes that it is used."""
        ids = (report.rule.id, *report.rule.supersedes)
        if report.rule.family != META:
            for place in places(report.finding):
                silenced = self._variants_of(place.source.path, report)
                for cover in (cover for id in ids for cover in self._index.covering(place, id)):
                    yield silenced, partial(self._by_comment, cover)
        for entry in (entry for id in ids for entry in self._entries.get(id, ())):
            yield entry.variants(report), partial(self._by_config, entry.entry)

    def _variants_of(self, path: str, report: Report) -> Collection[str]:
        if not report.variants:
            return ("",)
        if path not in self._everywhere:
            return report.variants
        return [variant for variant in report.variants if path in self._terms.variants.get(variant, ())]

    def _by_comment(self, cover: _Cover) -> Suppression:
        one = cover.written
        self.used.add((id(one), id(cover.name)))
        return Suppression("comment", one.reason, one.until, one.span.outer)

    def _by_config(self, entry: Entry) -> Suppression:
        self.hits.add(id(entry))
        return Suppression("config", entry.reason, entry.until, entry.span)


class _Entry:
    """A `[[suppress]]` that can be asked."""

    def __init__(self, entry: Entry, terms: Terms) -> None:
        self.entry, self._terms = entry, terms

    def variants(self, report: Report) -> Collection[str]:
        """The variants of a report that it silences; `("",)` stands for a report without variants."""
        wanted = {key: glob for key, glob in self.entry.places.items() if key != "stack"}
        if not all(self._fits(key, glob, report) for key, glob in wanted.items()):
            return ()
        stack = self.entry.places.get("stack")
        if stack is None:
            return report.variants or ("",)
        return [variant for variant in report.variants if self._is_stack(stack, variant)]

    def _fits(self, key: str, glob: str, report: Report) -> bool:
        if key == "path":
            return PathGlob(glob, self.entry.folder).matches(report.span.outer.source.path)
        if key == "subject":
            return word_glob(glob).match(report.subject) is not None
        return any(word_glob(glob).match(name) for name in named(report.subject, key))

    def _is_stack(self, glob: str, variant: str) -> bool:
        if word_glob(glob).match(variant):
            return True
        paths = self._terms.variants.get(variant, ())
        stacks = (stack for stack in self._terms.config.stacks if word_glob(glob).match(stack.name))
        return any(all(path in paths for path in stack.compose) for stack in stacks)


_WORDS = {"stage": "stage ", "server": "server ", "location": "location "}


def named(subject: str, key: str) -> Iterator[str]:
    """The names that a subject has for a kind of place: `server a / location /b` has the location `/b`.

    A service's name may have dots, and so may what follows it: every reading is given.
    """
    if key == "service":
        for match in re.finditer(r"services\.([^\s/]+)", subject):
            parts = match[1].split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        return
    word = _WORDS[key]
    for part in re.split(r" / (?=(?:stage|server|location|services\.)\b)", subject):
        if part.startswith(word):
            yield part.removeprefix(word)


# --- nodes -----------------------------------------------------------------------------------------------------------


def _comment_nodes(written: Iterable[Written], used: Collection[tuple[int, int]], terms: Terms) -> Iterator[Directive]:
    asked = _Asked(terms)
    for one in written:
        live = terms.config.inline and _is_live(one, terms.today)
        idle = (name for name in one.names if live and (id(one), id(name)) not in used)
        path = one.span.outer.source.path
        unused = [name for name in idle if name.rule is not None and asked.about(name.rule, path)]
        yield comment_node(one, unused, terms.catalogue, terms.today, terms.config.inline)


def _entry_nodes(hits: Collection[int], terms: Terms) -> Iterator[Directive]:
    asked = _Asked(terms)
    for entry in terms.config.suppressions:
        rule = terms.catalogue.named(entry.rule)
        live = rule is not None and rule.family != META and (entry.until is None or entry.until >= terms.today)
        unused = live and id(entry) not in hits and rule is not None and asked.about(rule, "")
        yield entry_node(entry, unused, terms.today)


class _Asked:
    """Whether a rule was asked, itself or through one that supersedes it."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    @cached_property
    def _heirs(self) -> Mapping[str, Sequence[Rule]]:
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self._terms.catalogue.rules.values():
            for name in rule.supersedes:
                found[name].append(rule)
        return found

    def about(self, rule: Rule, path: str) -> bool:
        """Whether it could have said something of a file; "" is any."""
        return any(self._terms.asked(one, path) for one in (rule, *self._heirs.get(rule.id, ())))
