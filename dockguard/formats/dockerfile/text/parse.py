"""Text to tree: lines joined as BuildKit joins them, and dockerfile-parse, which sees nothing that it misreads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from dockguard.finding import Problem
from dockguard.formats.dockerfile.text.instruction import Draft, heredoc_names, instruction
from dockguard.formats.dockerfile.text.tree import MAX_STAGES, Directive, Heredoc, Instruction, Joined, Tree
from dockguard.formats.dockerfile.variables.expand import WHITE
from dockguard.lazy import regex
from dockguard.record import dataclass, field
from dockguard.source import Origin, Source, Span

_DIRECTIVE = regex(r"[\t\v\f\r ]*#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")
_DIRECTIVES = ("syntax", "escape", "check")
CODE = "dockerfile-syntax"
_MARK = "\0"
MAX_LINE = 65535  # BuildKit's bound of a physical line (in bytes)
MAX_INSTRUCTIONS = 5000  # an image cannot have more than some hundred layers
MAX_WEIGHT = 30_000  # as `_weight` counts; a file of 20 kB, the largest of a thousand real ones, has 4,500
_INSTRUCTION_WEIGHT, _DIRECTIVE_WEIGHT = 3, 10  # of any instruction; of a comment that tells us to ignore something


@dataclass(slots=True)
class _Walk:
    """The state of one pass over the physical lines."""

    source: Source
    lines: list[str]  # without their "\n"
    starts: Sequence[int]
    escape: str = "\\"
    at: int = 0
    weight: int = 0
    directives: list[Directive] = field(default_factory=list)
    comments: list[Span] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, message: str, span: Span, help: str = "") -> None:
        self.problems.append(Problem(CODE, message, span, self.source.path, help))

    def comment(self, line: int) -> None:
        self.comments.append(_comment_span(self, line))
        self.weight += len(self.lines[line]) // 20 + _DIRECTIVE_WEIGHT * ("dockguard" in self.lines[line])

    def is_too_heavy(self, line: int) -> bool:
        if self.weight > MAX_WEIGHT:
            here = self.source.line_span(line + 1)
            self.problem(f"more than {MAX_WEIGHT} words and commands", here, "this and what follows is not looked at")
        return self.weight > MAX_WEIGHT

    def offset(self, line: int) -> int:
        return self.starts[line] if line < len(self.lines) else len(self.source.text)


def parse(source: Source) -> Tree:
    """The tree of a Dockerfile. Never raises: what BuildKit refuses is a problem of the tree, and the rest is read."""
    lines = source.text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    walk = _Walk(source, lines, source.line_starts)
    _read_directives(walk)
    drafts = list(_drafts(walk))
    long = next((number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE), 0)
    if long:
        walk.problem(f"the line is longer than {MAX_LINE} characters", source.line_span(long), "BuildKit refuses it")
    items = [instruction(draft, walk.escape) for draft in _named(drafts)]
    for item in items:
        _report(walk, item)
    further = list(islice((item for item in items if item.name == "FROM"), MAX_STAGES, MAX_STAGES + 1))
    if further:
        walk.problem(f"more than {MAX_STAGES} stages", further[0].span, "what follows is not looked at")
    if not drafts:
        walk.problem("the file has no instructions", source.whole, "a Dockerfile begins with `FROM image`")
    return Tree(source, walk.escape, tuple(walk.directives), tuple(items), tuple(walk.comments), tuple(walk.problems))


def _report(walk: _Walk, item: Instruction) -> None:
    for part in (item, item.trigger):
        if part is not None and part.error:
            walk.problem(part.error, part.span if part.span.start < part.span.end else walk.source.line_span(part.line))
    for heredoc in item.heredocs:
        if not heredoc.terminated:
            mark = walk.source.span(item.span.start, min(item.span.end, walk.source.line_span(item.line).end))
            walk.problem(f"the heredoc `{heredoc.name}` never ends", mark, f"end it with a line `{heredoc.name}`")


def _read_directives(walk: _Walk) -> None:
    """Parser directives: the first lines only, each kind once."""
    seen = set()
    for number, line in enumerate(walk.lines):
        found = _DIRECTIVE.match(line)
        if not found or found[1].lower() not in _DIRECTIVES:
            return
        name, span = found[1].lower(), _comment_span(walk, number)
        if name in seen:
            walk.problem(f"only one `{name}` parser directive can be used", span)
        elif name == "escape" and found[2] not in ("\\", "`"):
            walk.problem(f"the escape character must be ` or \\, not `{found[2][:20]}`", span)
        elif name == "escape":
            walk.escape = found[2]
        seen.add(name)
        walk.directives.append(Directive(name, found[2], span))
        walk.at = number + 1


def _comment_span(walk: _Walk, number: int) -> Span:
    line = walk.source.line_span(number + 1)
    return Span(line.source, line.start + line.text.index("#"), line.end)


def _drafts(walk: _Walk) -> Iterator[Draft]:
    """The logical lines with their heredocs."""
    continues = re.compile(r"(?:^|[^%s])%s[ \t]*$" % ((re.escape(walk.escape),) * 2))
    count = 0
    while walk.at < len(walk.lines):
        line = walk.lines[walk.at].lstrip(WHITE)
        if line and count == MAX_INSTRUCTIONS:
            walk.problem(f"more than {MAX_INSTRUCTIONS} instructions", walk.source.line_span(walk.at + 1))
            return
        if walk.is_too_heavy(walk.at):
            return
        if not line or line[0] == "#":
            if line:
                walk.comment(walk.at)
            walk.at += 1
            continue
        draft = _logical_line(walk, continues)
        _read_heredocs(walk, draft)
        count, walk.weight = count + 1, walk.weight + _weight(draft)
        if walk.is_too_heavy(draft.first):
            return
        yield draft


def _weight(draft: Draft) -> int:
    """How much there is to judge: words, commands, quotes and variables.

    A word of COPY, ENV, EXPOSE and others counts twice, because rules ask about each, and so does one of a file in a
    heredoc.
    """
    text = draft.joined.text
    bodies = [heredoc.body.text for heredoc in draft.heredocs]
    if "RUN" in text[:20].upper():
        return _INSTRUCTION_WEIGHT + sum(map(_words_and_marks, (text, *bodies)))
    return _INSTRUCTION_WEIGHT + 2 * (_words_and_marks(text) + sum(map(_pairs, bodies)))


def _pairs(text: str) -> int:
    return max(len(text.split()), text.count("=") + text.count(":"))


def _words_and_marks(text: str) -> int:
    return len(text.split()) + 2 * sum(map(text.count, ";|&\n(`")) + sum(map(text.count, "$\"'\\=<>"))


def _logical_line(walk: _Walk, continues: re.Pattern[str]) -> Draft:
    """The physical lines from here to the end of the instruction, joined."""
    first, size = walk.at, 0
    texts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    last = first
    while walk.at < len(walk.lines):
        last, walk.at = walk.at, walk.at + 1
        text, kind = _physical(walk, last, first, continues)
        if text is not None:
            shift = len(text) - len(text.lstrip(WHITE)) if last == first else 0
            text = text[shift:]
            if text:
                pieces.append((size, walk.starts[last] + shift, len(text)))
            texts.append(text)
            size += len(text)
            if kind == "end":
                break
    if not pieces:
        pieces.append((0, walk.starts[last], 0))
    return Draft(Joined(walk.source, "".join(texts), tuple(pieces)), first, last)


def _physical(walk: _Walk, number: int, first: int, continues: re.Pattern[str]) -> tuple[str | None, str]:
    """What a physical line adds to the logical one (None for comments and blank lines), and `end` for its last."""
    line = walk.lines[number].rstrip("\r")
    if number > first:
        bare = line.lstrip(WHITE)
        if not bare:
            return None, ""
        if bare[0] == "#":
            walk.comment(number)
            return None, ""
    if continues.search(line):
        return line.rstrip(" \t")[:-1], ""
    return line, "end"


def _read_heredocs(walk: _Walk, draft: Draft) -> None:
    for name, expand, chomp, descriptor in heredoc_names(draft.joined.text, walk.escape):
        first = walk.at
        while walk.at < len(walk.lines):
            line = walk.lines[walk.at].rstrip("\r")
            if (line.lstrip("\t") if chomp else line) == name:
                break
            walk.at += 1
        span = walk.source.span(walk.offset(first), walk.offset(walk.at))
        body = _body(walk, first, span, chomp)
        terminated = walk.at < len(walk.lines)
        draft.heredocs.append(Heredoc(name, expand, chomp, descriptor, body, span.text, span, terminated))
        walk.at = min(walk.at + 1, len(walk.lines))
        draft.last = walk.at - 1
        if not terminated:
            return  # and so are those behind it


def _body(walk: _Walk, first: int, span: Span, chomp: bool) -> Source:
    """The lines of a heredoc as a source of their own."""
    source = walk.source
    if not chomp:
        pieces: tuple[tuple[int, int, int], ...] = ((0, span.start, span.end - span.start),)
        return Source(source.path, span.text, source.encoding, origin=Origin(span, pieces))
    texts, places, size = [], [], 0
    for number in range(first, walk.at):
        line = source.text[walk.offset(number) : walk.offset(number + 1)]
        text = line.lstrip("\t")
        places.append((size, walk.offset(number) + len(line) - len(text), len(text)))
        texts.append(text)
        size += len(text)
    return Source(source.path, "".join(texts), source.encoding, origin=Origin(span, tuple(places)))


def _named(drafts: list[Draft]) -> list[Draft]:
    """The drafts with the name and the arguments that dockerfile-parse makes of each.

    Where it counts other instructions than we do, our own reading stands.
    """
    visible = [draft for draft in drafts if draft.joined.text.strip(WHITE)]
    items = _structure([draft.joined.text for draft in visible])
    if len(items) == len(visible):
        for draft, seen in zip(visible, items, strict=True):
            draft.seen = seen
    return drafts


def _structure(texts: list[str]) -> list[tuple[str, str]]:
    """Name and arguments of each logical line.

    dockerfile-parse gets the lines joined and without comments, heredocs and directives, all of which it misreads; a
    mark at the end keeps an escaped escape from being a continuation.
    """
    from dockerfile_parse import DockerfileParser

    class Lines(DockerfileParser):  # type: ignore[misc]
        """A parser over lines in memory: opens nothing, writes nothing."""

        def __init__(self) -> None:
            pass

        @property
        def lines(self) -> list[str]:
            return [f"{text}{_MARK}\n" if text.rstrip().endswith("\\") else f"{text}\n" for text in texts]

    return [(item["instruction"].rstrip(_MARK), item["value"].rstrip(_MARK)) for item in Lines().structure]
