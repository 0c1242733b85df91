"""Files with secrets that a project reads and that nothing keeps out of the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.compose.credentials import Credential, of_service
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Project

_REAL = frozenset({"token", "private key", "credential", "high entropy", "literal"})


@dataclass(frozen=True, eq=False)
class SecretFile:
    """An env file, or the file of a Compose secret, that is not ignored by git and holds something secret."""

    span: Span
    path: str  # in the workspace
    names: tuple[str, ...]  # of the secrets in it; empty where the whole file is one

    @property
    def subject(self) -> str:
        """The file."""
        return self.path

    @property
    def holds(self) -> str:
        """What it holds, by name: `` `DB_PASSWORD`, `API_KEY` and 2 more``."""
        if not self.names:
            return "a secret"
        shown = ", ".join(f"`{name}`" for name in self.names[:3])
        return shown + (f" and {len(self.names) - 3} more" if len(self.names) > 3 else "")


def secret_files(project: Project) -> Iterator[SecretFile]:
    """Each file once, at its first secret."""
    found: dict[str, list[Credential]] = {}
    for service in project.services:
        for credential in of_service(service):
            if credential.file and credential.kind in _REAL and not credential.is_weak:
                found.setdefault(credential.file, []).append(credential)
    for credential in _dotenv(project):
        found.setdefault(credential.file, []).append(credential)
    for path, held in found.items():
        if project.is_committed(path):
            first = min(held, key=lambda one: one.span.start)
            yield SecretFile(first.span, path, tuple(dict.fromkeys(one.name for one in held)))
    yield from _secrets(project)


def _dotenv(project: Project) -> Iterator[Credential]:
    """What `.env` itself says, whatever its variables are used for."""
    from dockguard.common.secrets import judge
    from dockguard.formats.compose.loading.dotenv import BadEnvironment, read

    for source in project.sources:
        if source.path.rpartition("/")[2] != ".env":
            continue
        try:
            variables = read(source, lambda _: None)
        except BadEnvironment:
            continue
        for name, variable in variables.items():
            verdict = judge(name, variable.value)
            if variable.span is not None:
                one = Credential(variable.span, name, "environment", verdict, "project", None, source.path)
                if one.kind in _REAL and not one.is_weak:
                    yield one


def _secrets(project: Project) -> Iterator[SecretFile]:
    seen = set()
    for secret in project.secrets:
        path = secret.file.known or ""
        inside = path[len(project.root) + 1 :] if project.root and path.startswith(project.root + "/") else ""
        if inside and inside not in seen and project.is_committed(inside):
            seen.add(inside)
            yield SecretFile(secret.file.span, inside, ())
