"""Services that run different versions of the same image, and overlays that run another one than the base."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Project, Pulled


def check(project: Project) -> Iterator[Finding]:
    """One finding for each service whose version is another one than that of an earlier service, or of its base."""
    first: dict[tuple[str, str], Pulled] = {}
    for image in project.pulled:
        key = image.name.known, image.flavour.known
        if key[0] is None or key[1] is None:
            continue
        before = first.setdefault((key[0], key[1]), image)
        if before.version.known != image.version.known:
            message = f"service `{image.service.name}` runs `{image.text}`, and service `{before.service.name}` another"
            yield Finding(image.span, message, (Note(before.span, "another version of the same image"),))
    for image in project.pulled if project.base is not None else ():
        yield from _overlaid(image, project)


def _overlaid(image: Pulled, project: Project) -> Iterator[Finding]:
    other = next((one for one in (project.base.pulled if project.base else ()) if one.subject == image.subject), None)
    if other is None or other.name.known != image.name.known or other.flavour.known != image.flavour.known:
        return
    if other.flavour.known is not None and other.version.known != image.version.known:
        message = f"the overlay runs `{image.text}`, and the base another version of the same image"
        yield Finding(image.span, message, (Note(other.span, "this is what the base runs"),))
