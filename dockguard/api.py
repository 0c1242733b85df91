"""All that a rule's Python sibling may import."""

from dockguard.finding import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from dockguard.source import Fact, Many, Secret, Span, Undecided, Unknown, Via
from dockguard.stack.link import Proxied, Published, Running, Stack
from dockguard.stack.pieces import Image, Mount, Port, Route, User
from dockguard.wording import show

__all__ = [
    "Confidence", "Edit", "Fact", "Finding", "Fix", "Image", "Many", "Mount", "Note", "Port", "Proxied", "Published",
    "Route", "Running", "Safety", "Secret", "Severity", "Span", "Stack", "Undecided", "Unknown", "User", "Via", "show",
]  # fmt: skip
