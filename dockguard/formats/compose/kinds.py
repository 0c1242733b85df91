"""The kinds of nodes in a Compose project that rules can be asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dockguard.finding import Edit
from dockguard.formats.base import Kind
from dockguard.formats.compose.model import Change, FileObject, Network, Override, Project, Service, Volume
from dockguard.formats.compose.parts import Build, Entry, Hook, Mount, Port
from dockguard.formats.compose.refusal import Refusal

Editor = Callable[[Any, str, str, Any], "tuple[Edit, ...] | None"]


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


def _overrides(project: Project) -> Iterable[Override]:
    from dockguard.formats.compose.overlay import overrides

    return overrides(project)


def _changes(project: Project) -> Iterable[Change]:
    from dockguard.formats.compose.overlay import changes

    return changes(project)


def _kind_of_refusal(node: Refusal) -> Iterable[str]:
    return (node.kind,)


def kinds(edit: Editor) -> Mapping[str, Kind]:
    """Kind by name."""
    return {
        "compose.project": Kind(Project, lambda project: (project,), edit=edit),
        "compose.service": Kind(Service, lambda project: project.services, edit=edit),
        "compose.build": Kind(Build, _builds, edit=edit),
        "compose.mount": Kind(Mount, _of_services("mounts"), edit=edit),
        "compose.port": Kind(Port, _of_services("ports"), edit=edit),
        "compose.environment": Kind(Entry, _of_services("environment"), edit=edit),
        "compose.hook": Kind(Hook, _of_services("hooks"), edit=edit),
        "compose.network": Kind(Network, _resources("networks"), edit=edit),
        "compose.volume": Kind(Volume, _resources("volumes"), edit=edit),
        "compose.file": Kind(FileObject, _resources("secrets", "configs"), edit=edit),
        "compose.refusal": Kind(Refusal, _refusals, key=_kind_of_refusal),
        "compose.override": Kind(Override, _overrides),
        "compose.change": Kind(Change, _changes),
    }
