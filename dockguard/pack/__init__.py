"""Rule packs: folders of pages, some with a Python sibling. Built-in rules have no privileges."""

from dockguard.pack.load import FAMILIES, Pack, builtin, load, merge
from dockguard.pack.page import BadRule, Example, Fence, Page, read

__all__ = ["FAMILIES", "BadRule", "Example", "Fence", "Pack", "Page", "builtin", "load", "merge", "read"]
