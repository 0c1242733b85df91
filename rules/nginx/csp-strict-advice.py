"""Advice beyond what a policy must have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Policy


def check(policy: Policy) -> Iterator[Finding]:
    """One finding for a policy on scripts, with all that it lacks."""
    if policy.governing("script-src") is None:
        return
    lacks = list(_lacks(policy))
    if lacks:
        yield Finding(policy.header.value.span, f"a strict policy has besides: {', '.join(lacks)}")


def _lacks(policy: Policy) -> Iterator[str]:
    rule = policy.governing("script-src")
    sources = {item.text.lower() for item in rule.sources} if rule else set()
    names = {one.key for one in policy.rules}
    trusted = any(text.startswith(("'nonce-", "'sha")) for text in sources)
    if "'strict-dynamic'" not in sources and sources != {"'none'"}:
        yield "`'strict-dynamic'` with nonces or hashes"
    if trusted and "'unsafe-inline'" not in sources:
        yield "`'unsafe-inline'` for browsers without nonces"
    if "'strict-dynamic'" in sources and not sources & {"https:", "http:"}:
        yield "`https:` for browsers without `'strict-dynamic'`"
    if "require-trusted-types-for" not in names:
        yield "`require-trusted-types-for 'script'`"
    if not names & {"report-to", "report-uri"}:
        yield "`report-to`"
