"""What is known of images that are only named: a bridge to the image facts."""

from __future__ import annotations

from dockguard.source import Fact
from dockguard.stack.pieces import User


def known_user(image: Fact[str]) -> Fact[User] | None:
    """The user that a known image's process ends up as; None where nobody knows.

    An image that starts as root and whose entrypoint changes to another user counts as that user.
    """
    name = image.known
    if name is None:
        return None
    from dockguard.common.images import facts_of

    facts = facts_of(name)
    if facts is None or facts.starts_as is None:
        return None
    user = facts.drops_to or facts.starts_as
    return Fact(User(user, 0 if user in ("root", "0") else None, declared=False), image.span, image.via)
