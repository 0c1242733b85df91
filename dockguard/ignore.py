"""What discovery leaves out: vendored folders, `.gitignore`, and the user's globs."""

from __future__ import annotations

from typing import Any

from dockguard.workspace import Workspace, folder_of

VENDORED = frozenset(
    ".git .hg .svn node_modules bower_components jspm_packages vendor .venv venv .tox .nox __pycache__ site-packages "
    ".terraform .mypy_cache .ruff_cache .pytest_cache .cache .gradle .idea".split()
)


class GitIgnore:
    """`.gitignore` files between the root and a path; pathspec is imported when the first of them is met."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def ignores(self, path: str, folder: bool = False) -> bool:
        """Whether the nearest file that says anything about a path says no."""
        here = folder_of(path)
        while True:
            spec = self._spec(here)
            if spec is not None:
                inner = path[len(here) + 1 :] if here else path
                verdict = spec.check_file(f"{inner}/" if folder else inner).include
                if verdict is not None:
                    return bool(verdict)
            if not here or here.startswith(".."):
                return False
            here = folder_of(here)

    def _spec(self, folder: str) -> Any:
        return self._workspace.memo(("gitignore", folder), lambda: self._load(folder))

    def _load(self, folder: str) -> Any:
        path = f"{folder}/.gitignore" if folder else ".gitignore"
        if (".gitignore", False) not in self._workspace.listing(folder) or self._workspace.entry(path) != "file":
            return None
        source = self._workspace.read(path)
        if source is None:
            return None
        from pathspec import GitIgnoreSpec

        return GitIgnoreSpec.from_lines(source.text.splitlines())
