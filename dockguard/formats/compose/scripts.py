"""The sets of Compose files that a repository's scripts, Makefiles and CI files run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from posixpath import normpath

from dockguard.source import Source, Span
from dockguard.workspace import Workspace, folder_of, join

MAX_SCRIPTS = 300
MAX_FILES = 20_000  # that are looked at by name
MAX_SCRIPT = 256 * 1024
_SKIPPED = frozenset(("node_modules", ".git", "vendor", "venv", ".venv", "dist", "build", "target", "__pycache__"))


@cache
def _names() -> re.Pattern[str]:
    return re.compile(
        r"(?:[^/]*\.(?:sh|bash|zsh|mk|ps1|bat|cmd|just)|(?:GNU)?[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml|Jenkinsfile|Procfile"
        r"|package\.json|tox\.ini|noxfile\.py|pyproject\.toml|\.gitlab-ci\.ya?ml|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.ya?ml"
        r"|devcontainer\.json|\.envrc)\Z"
    )


@cache
def _options() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    name = r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s\"';|&]{1,200})"
    gap = r"(?:[ \t]|\\\r?\n){1,20}"
    file = rf"(?:-f|--file)(?:=|{gap}){name}"
    other = rf"--?[A-Za-z][A-Za-z-]{{0,30}}(?:=|{gap})(?!-){name}"
    return (
        re.compile(rf"(?<![\w-]){file}(?:{gap}(?:{file}|{other}(?={gap}(?:-f|--file))))*"),
        re.compile(rf"(?:^|\s)(?:-f|--file)(?:=|{gap})({name})"),
        re.compile(r"COMPOSE_FILE[ \t]*[:=][ \t]*[\"']?([^\s\"'#]{1,400})"),
    )


def runs(workspace: Workspace, base: str) -> tuple[tuple[str, ...], ...]:
    """The sets whose first file is `base`, as workspace paths, each once."""
    return tuple(dict.fromkeys(files for files, _ in places(workspace) if files and files[0] == base))


def places(workspace: Workspace) -> tuple[tuple[tuple[str, ...], Span], ...]:
    """Every set that is run somewhere, with its place."""
    return workspace.memo(("compose scripts",), lambda: tuple(_places(workspace)))


def _places(workspace: Workspace) -> Iterator[tuple[tuple[str, ...], Span]]:
    for path in _scripts(workspace):
        source = workspace.read(path)
        if source is None or len(source.text) > MAX_SCRIPT:
            continue
        if "compose" in source.text or "COMPOSE_FILE" in source.text:
            yield from _in_text(source, workspace)


def _scripts(workspace: Workspace) -> list[str]:
    found = []
    homes = workspace.homes
    files = (path for home in homes for path in workspace.walk(home, lambda f: f.rpartition("/")[2] not in _SKIPPED))
    for path in islice(files, MAX_FILES):
        name = path.rpartition("/")[2]
        workflow = path.startswith((".github/workflows/", ".circleci/")) and name.endswith((".yml", ".yaml"))
        if workflow or name == ".env" or _names().match(name):
            found.append(path)
            if len(found) >= MAX_SCRIPTS:
                break
    return found


def _in_text(source: Source, workspace: Workspace) -> Iterator[tuple[tuple[str, ...], Span]]:
    options, file, variable = _options()
    for match in options.finditer(source.text):
        names = [part[1].strip("\"'") for part in file.finditer(match[0])]
        yield from _resolved(names, source.span(match.start(), match.end()), workspace)
    for match in variable.finditer(source.text):
        names = re.split(r"[:;,]", match[1])
        yield from _resolved([name for name in names if name], source.span(match.start(), match.end()), workspace)


def _resolved(names: list[str], span: Span, workspace: Workspace) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Scripts are run from their own folder or from the root; the folder in which the files are is the right one."""
    if not names or not all(re.fullmatch(r"[A-Za-z0-9_./@+-]+\.ya?ml", name) for name in names):
        return
    folder = folder_of(span.source.path)
    while True:
        files = tuple(normpath(join(folder, name)) for name in names)
        if all(workspace.entry(path) == "file" for path in files):
            yield files, span
            return
        if not folder:
            return
        folder = folder_of(folder)
