"""Suppressions: comments and configuration entries that accept findings, and what becomes of them."""

from dockguard.suppress.node import KINDS, Directive
from dockguard.suppress.silence import Commented, Outcome, Terms, meta, suppress

__all__ = ["KINDS", "Commented", "Directive", "Outcome", "Terms", "meta", "suppress"]
