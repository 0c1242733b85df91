"""A project in the words of the stack: containers, with the builds they request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

from dockguard.formats.compose import reach
from dockguard.formats.compose.model import Project, Service
from dockguard.formats.compose.mounts import Mount as MountNode
from dockguard.formats.compose.parts import Port as PortNode
from dockguard.formats.compose.process import Build
from dockguard.formats.compose.text.tree import Value, embedded, is_unknown
from dockguard.source import Fact, Many, Source, Unknown, absent
from dockguard.stack.pieces import BuildRequest, Container, Mount, Piece, Port, Rights, User


def lower(project: Project) -> Iterator[Piece]:
    """Every service as a container, and every build as a request."""
    networks = {network.name: network for network in project.networks}
    for service in project.services:
        container = _container(service, project, networks)
        if container.build is not None:
            yield container.build
        yield container


def linked(project: Project, programs: Mapping[str, Any]) -> None:
    """Keep what the linker knows: of the programs that services run."""
    project.programs.update(programs)


def effective(project: Project) -> Any:
    """The project as `docker compose config` prints it."""
    return project.printed


def _container(service: Service, project: Project, networks: reach.Networks) -> Container:
    return Container(
        name=service.name,
        subject=service.subject,
        span=service.span,
        user=_declared(service),
        image=service.image,
        build=None if service.build is None else _build(service.build, service, project),
        mounts=_mounts(service, project),
        ports=_ports(service),
        networks=_networks(service),
        aliases=tuple(_aliases(service)),
        network_mode=service.network_mode,
        command=service.command,
        entrypoint=service.entrypoint,
        node=service,
        known_as=reach.known_as(service, networks),
        hosts=reach.own_hosts(service),
        strangers=project.services.open or reach.strangers(service, networks),
        elsewhere=project.names,
        joinable=reach.joinable(service, networks),
        environment=reach.variables(service),
        environment_open=service.environment.open,
        exposed=reach.exposed(service),
        fronted=reach.fronted(service),
        rights=_rights(service),
    )


def _rights(service: Service) -> Rights:
    return Rights(
        privileged=service.privileged,
        added=service.added_capabilities,
        dropped=service.dropped_capabilities,
        no_new_privileges=service.no_new_privileges,
        read_only=service.read_only,
        host_network=service.uses_host_network,
    )


def _declared(service: Service) -> Fact[User]:
    """The user that counts instead of the image's; an empty one leaves the image's."""
    own = service.user
    return absent(own.span) if own.value == "" else own.map(_user)


def _user(text: str) -> User:
    name = text.partition(":")[0]
    digits = name[1:] if name[:1] in ("+", "-") else name  # as Go's Atoi reads it: `-0` is root too
    return User(text, int(name) if digits.isascii() and digits.isdigit() and len(name) < 12 else None)


def _networks(service: Service) -> Many[Fact[str]]:
    found = tuple(Fact(use.name, use.span, use.value.via) for use in service.networks)
    return Many(found, service.networks.span, service.networks.open)


def _aliases(service: Service) -> Iterator[str]:
    for use in service.networks:
        yield from (alias.known for alias in use.aliases if alias.known)
    if service.hostname.known:
        yield service.hostname.known
    if service.container_name.known:
        yield service.container_name.known


# --- builds ----------------------------------------------------------------------------------------------------------


def _build(build: Build, service: Service, project: Project) -> BuildRequest:
    context = _workspace(build.context.known or "", project)
    inline = _inline(build.value.get("dockerfile_inline"), service)
    return BuildRequest(
        context=context or "",
        dockerfile=None if inline is not None else _dockerfile(build, context),
        target=build.target,
        args={arg.name: arg.text for arg in build.args},
        span=build.span,
        by=f"{(build.target if build.target.written else build.context).span.source.path}: {service.name}",
        inline=inline,
    )


def _dockerfile(build: Build, context: str | None) -> str:
    name = build.dockerfile.known
    if context is None or not name:
        return ""
    return normpath(name if name.startswith("/") else f"{context}/{name}")


def _workspace(path: str, project: Project) -> str | None:
    """A path of the host as a workspace path; None when it lies elsewhere, or is no local path."""
    root = project.root.rstrip("/")
    if path == root:
        return "."
    return path[len(root) + 1 :] if root and path.startswith(root + "/") else None


def _inline(value: Value | None, service: Service) -> Source | None:
    if value is None or not isinstance(value.data, str) or is_unknown(value.data):
        return None
    return embedded(value, f"{value.span.source.path}: {service.name}")


# --- mounts and ports ------------------------------------------------------------------------------------------------


def _mounts(service: Service, project: Project) -> Many[Mount]:
    found = [mount for node in service.mounts if (mount := _mount(node, project)) is not None]
    for tmpfs in service.tmpfs:
        if tmpfs.target.known:
            found.append(Mount("tmpfs", "", tmpfs.target.known, Fact(False, tmpfs.span), tmpfs.span))
    shared = service.volumes_from.open or ("mounts of others are its own too" if len(service.volumes_from) else "")
    return Many(tuple(found), service.mounts.span, service.mounts.open or service.tmpfs.open or shared)


def _mount(node: MountNode, project: Project) -> Mount | None:
    kind, target = node.type.known, node.target.known or _default_target(node)
    if kind is None or not target:
        return None
    content = node.volume.get("content") if node.volume is not None else None
    path = node.host_path.known or ""
    inside = _workspace(path, project) if path else None
    host = inside if inside is not None else path or (node.source.known or "" if kind == "volume" else "")
    text = (
        embedded(content, f"{content.span.source.path}: {node.subject}")
        if content is not None and content.text
        else None
    )
    return Mount(kind, host, target, node.read_only, node.span, inside is not None, text)


def _default_target(node: MountNode) -> str:
    """A config without a target is mounted at the root, under its name."""
    source = node.source.known
    return f"/{source}" if source and node.type.known == "config" else ""


def _ports(service: Service) -> Many[Port]:
    found = [_port(node) for node in service.ports]
    unseen = next(
        (str(node.host_ip.value.why) for node in service.ports if isinstance(node.host_ip.value, Unknown)), ""
    )
    return Many(tuple(filter(None, found)), service.ports.span, service.ports.open or unseen)


def _port(node: PortNode) -> Port | None:
    target = node.target.known
    if target is None or not node.host_ip.sure:
        return None
    return Port(_address(node), _range(node), (target, target), node.protocol.known or "tcp", node.span)


def _address(node: PortNode) -> str:
    address = node.host_ip.known or ""
    return "" if address in ("0.0.0.0", "::") else address


def _range(node: PortNode) -> tuple[int, int] | None:
    first, dash, last = (node.published.known or "").partition("-")
    if not first.isdigit():
        return None
    return int(first), int(last) if dash and last.isdigit() else int(first)
