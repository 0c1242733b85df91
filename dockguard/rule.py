"""A rule as data: what its page says about it, without the code that checks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dockguard.finding import Confidence, Finding, Safety, Severity
from dockguard.record import dataclass, field

PROFILES = ("essential", "recommended", "strict", "audit")  # each contains the ones before


@dataclass(frozen=True, eq=False)
class Rule:
    """One page. `check(node, options)` gives the findings about one node; it may raise Undecided.

    `sift(nodes, options)` leaves out nodes that the check surely says nothing about; None where every node is asked.
    """

    id: str  # family/slug
    title: str
    severity: Severity
    score: float | None  # 0.1 to 10.0, SARIF's security-severity
    confidence: Confidence
    each: str
    profile: str
    body: str  # the page's Markdown below the front matter
    check: Callable[[Any, Mapping[str, Any]], Iterator[Finding]]
    tags: tuple[str, ...] = ()
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    standards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # cis-docker, cis-nginx, owasp, cwe
    aliases: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    on: tuple[str, ...] = ()  # index words of the node kind; () is every node
    safety: Safety | None = None  # of its fix; None without one
    since: str = ""
    status: str = "stable"  # stable | preview | deprecated
    sift: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]] | None = None

    @property
    def family(self) -> str:
        """The folder of its page."""
        return self.id.partition("/")[0]
