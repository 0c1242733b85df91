"""The images that a Dockerfile names: of FROM, of `--from`, of mounts, and the frontend of `# syntax=`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.common.imageref import Reference
from dockguard.common.imageref import parse as parse_reference
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step

_ROLLING = frozenset(
    "stable edge nightly main master dev develop devel rolling mainline lts current testing unstable sid canary next "
    "beta alpha rc preview snapshot head trunk".split()
)  # fmt: skip
_EMPTY = regex(r"\$(?:\w+|\{\w+\})")  # a variable without a default
_FRONTENDS = ("docker.io/docker/dockerfile", "docker.io/docker/dockerfile-upstream", "docker.io/docker/buildkit-syntax")


@dataclass(eq=False)
class ImageReference:
    """One image that the build pulls."""

    text: Fact[str]  # variables replaced
    where: str  # FROM, COPY, RUN (a mount), syntax
    owner: str  # the address of what names it
    is_built: bool  # whether its stage is part of the build
    is_final: bool  # whether the built image stands on it
    span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / FROM debian:12`."""
        return f"{self.owner} {self.text.known or '?'}"

    @cached_property
    def _parsed(self) -> Reference | None:
        parsed = parse_reference(self.text.known) if self.text.known else None
        return None if parsed is None or parsed.error or parsed.is_scratch else parsed

    def _fact(self, value: str | bool | Unknown | None) -> Fact[str]:
        text = str(value) if value and not isinstance(value, Unknown) else value or None
        return Fact(text if not isinstance(text, bool) else None, self.span, self.text.via)

    @property
    def tag(self) -> Fact[str]:
        """Its tag; absent where none is written."""
        return self._fact(self._parsed.tag_value if self._parsed else None)

    @property
    def name(self) -> str:
        """Its repository as people write it, "" where that is not known."""
        name = self._parsed.name if self._parsed else ""
        return name if isinstance(name, str) else ""

    @property
    def registry(self) -> str:
        """Its registry, `docker.io` where none is written; "" where that is not known."""
        host = self._parsed.host if self._parsed else ""
        return host if isinstance(host, str) else ""

    @property
    def repository(self) -> str:
        """Registry and path in normal form, `docker.io/library/nginx`; "" where that is not known."""
        found = self._parsed.repository if self._parsed else ""
        return found if isinstance(found, str) else ""

    @property
    def has_digest(self) -> bool | Unknown:
        """Whether a digest decides which image it is."""
        return self._parsed.pinned_by_digest if self._parsed else not self.text.written

    @property
    def is_external(self) -> bool:
        """Whether it surely names an image: no stage, no empty image, nothing that only the build knows."""
        return self._parsed is not None

    @property
    def is_untagged(self) -> bool:
        """Whether it has neither tag nor digest."""
        parsed = self._parsed
        return parsed is not None and parsed.tag_value is None and parsed.digest_value is None

    @property
    def is_latest(self) -> bool:
        """Whether its tag is `latest`, or `latest-alpine` and the like, and no digest holds it."""
        tag = self.tag.known
        return tag is not None and self.has_digest is False and tag.partition("-")[0].lower() == "latest"

    @property
    def is_rolling(self) -> bool:
        """Whether its tag is made to move (`stable`, `edge`, `lts`), and no digest holds it."""
        tag = self.tag.known
        if tag is None or self.is_latest or self.has_digest is not False:
            return False
        return tag.lower() in _ROLLING or any(tag.lower().startswith(f"{word}-") for word in _ROLLING)

    @cached_property
    def deprecated(self) -> Fact[str]:
        """Why its publisher has given it up."""
        from dockguard.common.images import facts_of

        facts = facts_of(self._parsed) if self._parsed else None
        return self._fact(facts.deprecated if facts else None)

    @cached_property
    def ended(self) -> Fact[str]:
        """Which product's support has ended, and when; absent for one that lives, and for what nobody knows."""
        from datetime import date

        from dockguard.common.eol import eol_of

        line = eol_of(self._parsed, date.today()) if self._parsed else None
        when = f" on {line.ends}" if line is not None and line.ends else ""
        return self._fact(f"the support of {line.product} {line.cycle} ended{when}" if line else None)

    @property
    def is_official_frontend(self) -> bool:
        """Whether it is Docker's own Dockerfile frontend."""
        return self.repository in _FRONTENDS

    @property
    def empty_variable(self) -> Fact[str]:
        """The build argument without a default that it needs to be an image at all."""
        why = self.text.value
        missing = isinstance(why, Unknown) and why.why.startswith("`") and why.why.endswith("` has no value")
        name = why.why.split("`")[1] if missing and isinstance(why, Unknown) else None
        return Fact(None if self._stands_without(name) else name, self.span)

    def _stands_without(self, name: str | None) -> bool:
        """Whether the reference is one, too, with the variable empty: `node:22${VARIANT}`."""
        bare = _EMPTY.sub("", self.span.text) if name else ""
        found = parse_reference(bare) if bare and "$" not in bare else None
        return found is not None and not found.error


def references(image: Image) -> Iterator[ImageReference]:
    """Every image that the file names, in its order."""
    for directive in image.tree.directives:
        if directive.name == "syntax":
            start = directive.span.start + directive.span.text.rindex(directive.value)
            span = directive.span.source.span(start, start + len(directive.value))
            yield ImageReference(Fact(directive.value, span), "syntax", "syntax", True, False, span)
    for stage in image.stages:
        if stage.parent is None and stage.node.words:
            fact = Fact(stage.image.value, stage.node.words[0].span, stage.image.via)
            owner = f"{stage.subject} / FROM"
            yield ImageReference(fact, "FROM", owner, stage.reached, stage.in_final, fact.span)
        for step in stage.own:
            yield from _in_step(step)


def _in_step(step: Step) -> Iterator[ImageReference]:
    if step.name == "COPY":
        flag = next((flag for flag in reversed(step.flags.items) if flag.name == "from"), None)
        if flag is not None and _is_image(step, flag.value.known or ""):
            yield ImageReference(flag.value, "COPY", step.subject, step.is_built, False, flag.span)
    elif step.name == "RUN" and step.node.flags:
        for mount in step.mounts:
            if _is_image(step, mount.origin.known or ""):
                yield ImageReference(mount.origin, "RUN", step.subject, step.is_built, False, mount.span)


def _is_image(step: Step, name: str) -> bool:
    """Whether a `--from` names an image; a plain word may be a named context that somebody passes to the build."""
    if not name or name.isdigit() or step.stage is None or step.stage.find(name) is not None:
        return False
    if any(mark in name for mark in "/:@"):
        return True
    from dockguard.common.images import facts_of

    return not any(other.name == name.lower() for other in step.stage.siblings) and facts_of(name) is not None
