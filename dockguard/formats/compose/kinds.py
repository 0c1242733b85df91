"""The kinds of nodes in a Compose project that rules can be asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from dockguard.formats.base import Kind
from dockguard.formats.compose.bounds import Bound, Scratch
from dockguard.formats.compose.committed import SecretFile
from dockguard.formats.compose.credentials import Credential
from dockguard.formats.compose.entries import Entry
from dockguard.formats.compose.grants import Access, Capability, SecurityOption
from dockguard.formats.compose.model import (
    Change,
    FileObject,
    IgnoredFile,
    Network,
    Overlay,
    Override,
    Project,
    Service,
    Volume,
)
from dockguard.formats.compose.monitoring import Weakness
from dockguard.formats.compose.mounts import Mount
from dockguard.formats.compose.parts import Port
from dockguard.formats.compose.process import Build, Hook
from dockguard.formats.compose.pulled import Pulled
from dockguard.formats.compose.refusal import Difference, Refusal, Requirement
from dockguard.formats.compose.switches import Switch
from dockguard.formats.compose.text.edit import edit, edit_override, edit_project
from dockguard.formats.compose.unverified import Unverified


def _of_services(name: str) -> Callable[[Project], Iterator[Any]]:
    def nodes(project: Project) -> Iterator[Any]:
        for service in project.services:
            yield from getattr(service, name)

    return nodes


def _builds(project: Project) -> Iterator[Build]:
    return (service.build for service in project.services if service.build is not None)


def _resources(*names: str) -> Callable[[Project], Iterator[Any]]:
    def nodes(project: Project) -> Iterator[Any]:
        for name in names:
            yield from getattr(project, name)

    return nodes


def _refusals(project: Project) -> Iterable[Refusal]:
    return project.refusals


def _overlay(name: str) -> Callable[[Project], Iterator[Any]]:
    """What `overlay` finds in a project."""
    return lambda project: getattr(import_module("dockguard.formats.compose.overlay"), name)(project)


def _kind_of_refusal(node: Refusal) -> Iterable[str]:
    return (node.kind,)


def _list_of(node: Capability) -> Iterable[str]:
    return (node.where,)


def _by_service(module: str, name: str) -> Callable[[Project], Iterator[Any]]:
    """What a function of one of this format's rooms finds in every service."""

    def nodes(project: Project) -> Iterator[Any]:
        find = getattr(import_module(f"dockguard.formats.compose.{module}"), name)
        for service in project.services:
            yield from find(service)

    return nodes


def _credentials(project: Project) -> Iterable[Credential]:
    from dockguard.formats.compose.credentials import of_project

    return of_project(project)


def _secret_files(project: Project) -> Iterable[SecretFile]:
    from dockguard.formats.compose.committed import secret_files

    return secret_files(project)


KINDS: Mapping[str, Kind] = {
    "compose.project": Kind(Project, lambda project: (project,), edit=edit_project),
    "compose.service": Kind(Service, lambda project: project.services, edit=edit),
    "compose.build": Kind(Build, _builds, edit=edit),
    "compose.mount": Kind(Mount, _of_services("mounts"), edit=edit),
    "compose.port": Kind(Port, _of_services("ports"), edit=edit),
    "compose.environment": Kind(Entry, _of_services("environment"), edit=edit),
    "compose.hook": Kind(Hook, _of_services("hooks"), edit=edit),
    "compose.network": Kind(Network, _resources("networks"), edit=edit),
    "compose.volume": Kind(Volume, _resources("volumes"), edit=edit),
    "compose.file": Kind(FileObject, _resources("secrets", "configs"), edit=edit),
    "compose.capability": Kind(Capability, _by_service("grants", "capabilities")),
    "compose.capability_change": Kind(Capability, _by_service("grants", "changes"), key=_list_of),
    "compose.device": Kind(Access, _by_service("grants", "devices")),
    "compose.security_option": Kind(SecurityOption, _by_service("grants", "options")),
    "compose.sysctl": Kind(Entry, _of_services("sysctls"), edit=edit),
    "compose.limit": Kind(Bound, _by_service("bounds", "bounds")),
    "compose.tmpfs": Kind(Scratch, _by_service("bounds", "scratches")),
    "compose.image": Kind(Pulled, _by_service("pulled", "pulled")),
    "compose.monitoring": Kind(Weakness, _by_service("monitoring", "weaknesses")),
    "compose.unverified": Kind(Unverified, _by_service("unverified", "unverified")),
    "compose.switch": Kind(Switch, _by_service("switches", "switches")),
    "compose.credential": Kind(Credential, _credentials),
    "compose.secret_file": Kind(SecretFile, _secret_files),
    "compose.refusal": Kind(Refusal, _refusals, key=_kind_of_refusal),
    "compose.override": Kind(Override, _overlay("overrides"), edit=edit_override),
    "compose.change": Kind(Change, _overlay("changes")),
    "compose.overlay": Kind(Overlay, _overlay("overlays")),
    "compose.ignored": Kind(IgnoredFile, _overlay("ignored")),
    "compose.difference": Kind(Difference, _resources("differences")),
    "compose.requirement": Kind(Requirement, _resources("requirements")),
}
