"""Images that a project pulls, what is known about them, and what its ports are for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dockguard.formats.compose.view import readable
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown

if TYPE_CHECKING:
    from dockguard.common.imageref import Reference
    from dockguard.common.images import ImageFacts
    from dockguard.formats.compose.model import Project, Service
    from dockguard.formats.compose.parts import Port

_ID = regex(r"sha256:[0-9a-f]{64}")
_WEB = frozenset({80, 443, 3000, 4873, 5000, 8000, 8080, 8081, 8443})
_DEBUGGERS = frozenset({9222, 9229, 9230})
_EDGE_NAMES = ("nginx", "traefik", "caddy", "haproxy", "envoy", "proxy", "edge", "ingress", "gateway", "balancer")
_GIT_NAMES = ("git", "forgejo", "gogs", "ssh", "sftp")
_CODENAMES = ("debian", "ubuntu", "buildpack-deps")  # their codenames are versions


@dataclass(frozen=True, eq=False)
class Pulled:
    """An image that is pulled: a service's without a build, or a `pre_start` hook's own."""

    fact: Fact[str]
    service: Service
    subject: str
    written: str  # with its unset variables as `${…}`

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.fact.span

    @property
    def text(self) -> str:
        """The reference, its unset variables as `${…}`."""
        return self.written

    @property
    def name(self) -> Fact[str]:
        """The repository as people write it: `nginx`, `grafana/grafana`."""
        return self._of(lambda reference: reference.name)

    @property
    def tag(self) -> Fact[str]:
        """The tag; absent where none is written."""
        return self._of(lambda reference: reference.tag_value)

    @property
    def has_digest(self) -> Fact[bool]:
        """Whether a digest decides which image it is."""
        return self._of(lambda reference: reference.pinned_by_digest)

    @property
    def is_mutable(self) -> Fact[bool]:
        """Whether its tag is made to move (`latest`, `edge`, none at all) and no digest holds it."""
        return self._of(lambda reference: reference.is_mutable)

    @property
    def is_versionless(self) -> Fact[bool]:
        """Whether its tag names a variant and no version (`alpine`, `slim`), and no digest holds it."""
        return self._of(_versionless)

    @property
    def tag_moves(self) -> Fact[bool]:
        """Whether its tag names no version (none, `latest`, `alpine`), whatever digest holds the image."""
        return self._of(_moves)

    @property
    def version(self) -> Fact[str]:
        """The version that its tag begins with; absent where it names none."""
        return self._of(lambda reference: _parts(reference)[0])

    @property
    def flavour(self) -> Fact[str]:
        """What its tag has behind the version (`alpine`, `fpm-alpine`), "" for nothing; absent without a version."""
        return self._of(lambda reference: _parts(reference)[1])

    @property
    def ended(self) -> Fact[str]:
        """Which product's support has ended, and when; absent for one that lives, and for what nobody knows."""
        return self._of(_ended)

    @property
    def fault(self) -> Fact[str]:
        """Why it cannot be the name of an image; absent for one that can, and for an image's id."""
        from dockguard.common.imageref import parse

        wrong = "" if _ID.fullmatch(self.written) else parse(self.written).error
        return Fact(wrong or None, self.span, self.fact.via)

    @property
    def is_made_here(self) -> bool:
        """Whether a service of the project builds an image of this name."""
        project = self.service.project
        return project is not None and self.fact.known in built_names(project)

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it is for: edge, datastore, monitoring, proxy, control, job; empty where nobody knows."""
        facts = facts_of(self.service) if self.fact.value == self.service.image.value else None
        return facts.purposes if facts else ()

    def _of(self, ask: Any) -> Fact[Any]:
        reference = _reference(self.written)
        if reference is None:
            return Fact(self.fact.value if not self.fact.sure else None, self.span, self.fact.via)
        return Fact(ask(reference), self.span, self.fact.via)


def _reference(written: str) -> Reference | None:
    """The parts of a reference, of which some may be unknown; None where it is none, and for an image's id."""
    from dockguard.common.imageref import parse

    parsed = parse(written)
    return None if parsed.error or _ID.fullmatch(written) else parsed


def _parts(reference: Reference) -> tuple[str | None, str | None]:
    from dockguard.common.imageref import version_of

    tag = reference.tag_value
    found = version_of(tag) if isinstance(tag, str) else None
    return (found.text, found.suffix) if found is not None else (None, None)


def _ended(reference: Reference) -> str | None:
    from datetime import date

    from dockguard.common.eol import eol_of

    line = eol_of(reference, date.today())
    when = f" on {line.ends}" if line is not None and line.ends else ""
    return f"the support of {line.product} {line.cycle} ended{when}" if line is not None else None


def _versionless(reference: Reference) -> bool | Unknown:
    tag, pinned = reference.tag_value, reference.pinned_by_digest
    if not isinstance(tag, str) or pinned is not False:
        return tag if isinstance(tag, Unknown) else pinned if isinstance(pinned, Unknown) else False
    return _names_no_version(tag, reference)


def _moves(reference: Reference) -> bool | Unknown:
    from dockguard.common.imageref import is_mutable_tag

    tag = reference.tag_value
    if not isinstance(tag, str):
        return tag if isinstance(tag, Unknown) else True
    return is_mutable_tag(tag) or _names_no_version(tag, reference)


def _names_no_version(tag: str, reference: Reference) -> bool:
    from dockguard.common.eol import lifecycles_of

    named = reference.name in _CODENAMES or bool(lifecycles_of(reference))
    return not any(letter.isdigit() for letter in tag) and not named


def pulled(service: Service) -> Iterator[Pulled]:
    """The images that a service pulls."""
    if service.build is None and service.image.written:
        yield Pulled(service.image, service, service.subject, readable(service.value.get("image")))
    for hook in service.hooks:
        if hook.image.written:
            yield Pulled(hook.image, service, hook.subject, readable(hook.value.get("image")))


def built_names(project: Project) -> frozenset[str]:
    """The names that the project's builds give to their images."""
    found = set()
    for service in project.services:
        if service.build is not None:
            tags = (tag.known for tag in service.build.tags)
            found |= {name for name in (service.image.known, *tags) if name}
    return frozenset(found)


def facts_of(service: Service | None) -> ImageFacts | None:
    """What is known about the image that a service pulls; None for one that it builds, and for unknown ones."""
    if service is None or service.build is not None or not service.image.known:
        return None
    from dockguard.common.images import facts_of as known

    return known(service.image.known)


def base_facts(service: Service | None) -> ImageFacts | None:
    """What is known about the image that a service's own build stands on; None where nobody knows it."""
    program = service.program if service is not None else None
    return program.facts if program is not None and program.container.built is not None else None


def role_of(port: Port) -> str:
    """What a published port is for: edge, datastore, admin, monitoring, debug, container-api; "" where nobody knows."""
    target = port.target.known
    if target is None:
        return ""
    facts = facts_of(port.service)
    if facts is not None and target in (facts.ports or ()):
        return _by_image(facts, target)
    return _by_number(port, target)


def _by_image(facts: ImageFacts, target: int) -> str:
    from dockguard.common.ports import purpose_of

    if facts.is_for("edge"):
        return "edge" if target in _WEB else "admin"
    if facts.is_for("monitoring"):
        return "monitoring" if facts.unauthenticated else ""
    if facts.is_for("datastore") and target not in _WEB:
        return "datastore"
    purpose = purpose_of(target)
    is_api = purpose is not None and purpose.value == "container-api"
    return "container-api" if is_api else "console" if facts.is_for("control") else ""


def _by_number(port: Port, target: int) -> str:
    from dockguard.common.ports import purpose_of

    purpose = purpose_of(target, port.protocol.known or "tcp")
    if purpose is None or purpose.value in ("web", "files") or (target == 22 and _names(port.service, _GIT_NAMES)):
        return ""
    return "" if purpose.value == "debug" and not _debugs(port.service, target) else purpose.value


def _debugs(service: Service | None, target: int) -> bool:
    """Whether a debugger's number is one: those of Node.js and Chrome are; others need the debugger's option."""
    return target in _DEBUGGERS or (service is not None and any(one.kind == "debugger" for one in service.switches))


def is_edge(port: Port) -> bool:
    """Whether it is a reverse proxy's port 80 or 443, by `x-dockguard`, its image, what it is built on, or its name."""
    if port.host_port.known not in (80, 443) or port.target.known not in _WEB:
        return False
    if port.service is not None and port.service.is_declared_edge:
        return True
    facts = facts_of(port.service)
    if facts is not None:
        return facts.is_for("edge")
    base = base_facts(port.service)
    return (base is not None and base.is_for("edge")) or _names(port.service, _EDGE_NAMES)


def _names(service: Service | None, words: tuple[str, ...]) -> bool:
    text = f"{service.name} {service.image.known or ''}".lower() if service is not None else ""
    return any(word in text for word in words)


def listens(port: Port) -> str:
    """What is known to listen on a port, for people: `PostgreSQL`; "" where nobody knows."""
    from dockguard.common.ports import service_of

    facts = facts_of(port.service)
    found = service_of(port.target.known or 0, port.protocol.known or "tcp")
    if found is not None and found.certain:
        return found.name
    return facts.name if facts is not None else ""


def clashes(port: Port) -> Port | None:
    """An earlier port of another service, or of the same, that needs the same address and number."""
    project = port.service.project if port.service is not None else None
    if project is None or not port.published.known or not port.host_ip.sure:
        return None
    for service in project.services:
        for other in service.ports:
            if other.path == port.path:
                return None
            if _meets(port, other) and _together(port.service, service):
                return other
    return None


def _meets(port: Port, other: Port) -> bool:
    if not other.host_ip.sure or (port.protocol.known, port.published.known) != (
        other.protocol.known,
        other.published.known,
    ):
        return False
    addresses = {port.host_ip.known or "", other.host_ip.known or ""}
    return len(addresses) == 1 or bool(addresses & {"", "0.0.0.0", "::"})


def _together(one: Service | None, other: Service) -> bool:
    """Whether two services can run at the same time: their profiles are not two different ones."""
    if one is None or one.uses_host_network.value is True or other.uses_host_network.value is True:
        return False
    first, second = ({name.known for name in service.profiles} for service in (one, other))
    return not first or not second or bool(first & second)
