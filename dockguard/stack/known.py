"""What is known of images that are only named: a bridge to the image facts."""

from __future__ import annotations

from dockguard.source import Fact
from dockguard.stack.pieces import User


def known_user(image: Fact[str]) -> Fact[User] | None:
    """The user that a known image starts as; None where nobody knows."""
    return None
