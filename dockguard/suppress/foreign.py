"""Comments of other tools, honoured for the rules that are mapped to theirs, when the configuration says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from dockguard.formats.base import Comment
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.rule import Rule
from dockguard.select import Catalogue
from dockguard.suppress.written import Name, Written

Scoped = tuple[str, str, str]  # (our scope, their id or "" for every one that is mapped, reason)


@dataclass(frozen=True, slots=True)
class Peers:
    """Our rules by the ids of some tools."""

    catalogue: Catalogue
    tools: Collection[str]

    def index(self) -> dict[tuple[str, str], list[Rule]]:
        """By (tool, id in capitals); the empty id has all rules of the tool."""
        found: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.catalogue.rules.values():
            for tool in self.tools:
                ids = {spelling(tool, one) for one in rule.peers.get(tool, ())}
                for one in sorted({*ids, ""} if ids else ()):
                    found.setdefault((tool, one), []).append(rule)
        return found


def foreign(comments: Collection[Comment], tools: Collection[str], catalogue: Catalogue) -> Iterator[Written]:
    """What the comments of other tools silence here."""
    wanted = [(tool, read) for tool, read in _READERS.items() if tool in tools]
    index: dict[tuple[str, str], list[Rule]] | None = None
    for comment in comments:
        text = comment.span.text
        for tool, read in wanted:
            for scope, id, reason in read(text, comment):
                index = Peers(catalogue, tools).index() if index is None else index
                rules = index.get((tool, spelling(tool, id)), ())
                names = tuple(Name(rule.id, comment.span, rule) for rule in rules)
                yield Written(comment.span, comment, scope, names, reason=reason, tool=tool)


def spelling(tool: str, id: str) -> str:
    """An id without the freedom its tool leaves: Trivy's DS002, DS-0002 and AVD-DS-0002 are one."""
    id = id.upper()
    match = _TRIVY_ID.fullmatch(id) if tool == "trivy" else None
    return f"{match[1]}-{int(match[2]):04}" if match else id


_TRIVY_ID = regex(r"(?:AVD-)?([A-Z]{2,9})-?(\d{1,6})")
_HADOLINT = regex(r"#[ \t]*+hadolint[ \t]++(global[ \t]++|stage[ \t]++)?ignore[ \t]*+=([^#\n]*+)(?:#(.*+))?")
_TRIVY = regex(r"(?:^#[ \t]*+|[ \t])trivy:ignore:([A-Za-z0-9-]++)")
_CHECKOV = regex(r"#[ \t]*+checkov:skip[ \t]*+=[ \t]*+(CKV[A-Z0-9_]++)(?::(.*+))?")
_KICS = regex(r"#[ \t]*+kics-scan[ \t]++(ignore-line|ignore-block|ignore)\b")
_BUILDKIT = regex(r"#[ \t]*+check[ \t]*+=(?:[^#\n]*;)?[ \t]*+skip=([^;\n]*+)")


def _hadolint(text: str, comment: Comment) -> Iterator[Scoped]:
    if match := _HADOLINT.match(text):
        scope = {"global": "ignore-file", "stage": "ignore-block"}.get((match[1] or "").strip(), "ignore")
        for id in filter(None, map(str.strip, match[2].split(","))):
            yield scope, id, (match[3] or "").strip()


def _trivy(text: str, comment: Comment) -> Iterator[Scoped]:
    for match in _TRIVY.finditer(text):
        yield "ignore", match[1], ""


def _checkov(text: str, comment: Comment) -> Iterator[Scoped]:
    # Checkov means the whole resource; a comment silences no more than the block or file that we can see around it.
    if match := _CHECKOV.match(text):
        yield "ignore-file" if comment.top else "ignore-block", match[1], (match[2] or "").strip()


def _kics(text: str, comment: Comment) -> Iterator[Scoped]:
    if match := _KICS.match(text):
        yield {"ignore-line": "ignore", "ignore": "ignore-file"}.get(match[1], match[1]), "", ""


def _buildkit(text: str, comment: Comment) -> Iterator[Scoped]:
    if match := _BUILDKIT.match(text):
        for id in filter(None, map(str.strip, match[1].split(","))):
            yield "ignore-file", "" if id == "all" else id, ""


_READERS: dict[str, Callable[[str, Comment], Iterator[Scoped]]] = {
    "hadolint": _hadolint,
    "trivy": _trivy,
    "checkov": _checkov,
    "kics": _kics,
    "buildkit": _buildkit,
}
