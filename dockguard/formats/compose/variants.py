"""Which files make which projects: bases, their overlays, and the sets that people run together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dockguard.finding import Problem
from dockguard.formats.compose.effective import BASES, OVERRIDES, build
from dockguard.formats.compose.effective import Project as Loaded
from dockguard.formats.compose.loading.interpolate import Scope, Variable
from dockguard.formats.compose.loading.load import Loader
from dockguard.formats.compose.model import Project
from dockguard.formats.compose.refusal import Journal
from dockguard.formats.compose.text.parse import Tree
from dockguard.formats.compose.text.tree import Value
from dockguard.record import dataclass
from dockguard.source import Source
from dockguard.stack.pieces import Deployment, Piece
from dockguard.workspace import Workspace, folder_of, join

MAX_VARIANTS = 40  # of one project
MAX_FILES = 1000  # whose services are looked at for a name
MAX_TEXTS = 20  # configuration files of a mount, and folders that are looked into for them


@dataclass(frozen=True, slots=True)
class Set:
    """Files that are merged in this order, and what is chosen besides."""

    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


def assemble(trees: Sequence[Tree], workspace: Workspace, above: Sequence[Piece]) -> Iterator[Project]:
    """The projects of some files, each in all of its variants."""
    deployments = [piece for piece in above if isinstance(piece, Deployment)]
    yield from _Assembly(trees, workspace, deployments).projects()


class _Assembly:
    def __init__(self, trees: Sequence[Tree], workspace: Workspace, deployments: Sequence[Deployment]) -> None:
        self.trees = {tree.source.path: tree for tree in trees if tree.documents}
        self.workspace = workspace
        self.deployments = deployments
        self.claimed: set[str] = set()
        self.chosen = next((one for one in deployments if one.name == "command line"), None)

    def projects(self) -> Iterator[Project]:
        """Bases with their overlays first, then every file that belongs to none."""
        if self.chosen is not None and self.chosen.files:
            yield from self.group(self.chosen.files[0], [Set(self.chosen.files, self.chosen.env_files)])
            return
        bases = [base for base in self.bases() if self.trees[base].documents]
        loaded = {base: self.load(Set((base,))) for base in bases}
        for project in loaded.values():
            self.claimed |= set(project.loader.sources)
        overlays, alone = self.overlays(loaded)
        for base in bases:
            yield from self.group(base, list(self.sets(base, overlays.get(base, []))))
        for path in alone:
            if path not in self.claimed:
                yield from self.group(path, [Set((path,)), *self.named(path)])

    def bases(self) -> list[str]:
        """The base file of every folder: the first of the four names."""
        found: dict[str, str] = {}
        for path in self.trees:
            name, folder = path.rpartition("/")[2], folder_of(path)
            if name in BASES and (
                folder not in found or BASES.index(name) < BASES.index(found[folder].rpartition("/")[2])
            ):
                found[folder] = path
        return sorted(found.values())

    def overlays(self, loaded: dict[str, Loaded]) -> tuple[dict[str, list[str]], list[str]]:
        """The other files: overlays of the nearest base, and those that stand alone."""
        overlays: dict[str, list[str]] = {}
        alone: list[str] = []
        for path in sorted(self.trees, key=lambda path: (path.count("/"), path)):
            if path in self.claimed:
                continue
            base = self.base_of(path, loaded)
            if base and path.rpartition("/")[2] not in BASES:
                overlays.setdefault(base, []).append(path)
            else:
                alone.append(path)
        return overlays, self.included_last(alone)

    def included_last(self, paths: list[str]) -> list[str]:
        """Files that another lone file takes in belong to that one."""
        for path in paths:
            self.claimed |= set(self.load(Set((path,))).loader.sources) - {path}
        return paths

    def base_of(self, path: str, loaded: dict[str, Loaded]) -> str:
        folder = folder_of(path)
        while True:
            base = next((base for base in loaded if folder_of(base) == folder), "")
            if base and _overlays(self.trees[path], loaded[base].model):
                return base
            if not folder:
                return ""
            folder = folder_of(folder)

    def sets(self, base: str, overlays: list[str]) -> Iterator[Set]:
        """The base, with its default override, with each overlay, and the sets that are run."""
        yield Set((base,))
        override = self.default_override(base)
        ordered = sorted(overlays, key=lambda path: path != override)
        for overlay in ordered[:MAX_VARIANTS]:
            yield Set((base, overlay))
        yield from self.named(base)

    def default_override(self, base: str) -> str:
        """The override that Compose adds by itself."""
        folder = folder_of(base)
        paths = (f"{folder}/{name}" if folder else name for name in OVERRIDES)
        return next((path for path in paths if path in self.trees), "")

    def named(self, base: str) -> Iterator[Set]:
        """The sets that the configuration, `COMPOSE_FILE` or the repository's scripts name."""
        for deployment in self.deployments:
            if deployment.files and deployment.files[0] == base:
                yield Set(deployment.files, deployment.env_files, deployment.profiles)
        for run in self.runs(base):
            if all(self.workspace.entry(path) == "file" for path in run):
                yield Set(run)

    def runs(self, base: str) -> tuple[tuple[str, ...], ...]:
        """The sets of scripts; a single file makes none, and is no reason to look through a repository."""
        from dockguard.formats.compose.scripts import runs

        return runs(self.workspace, base) if len(self.trees) > 1 else ()

    # --- loading -----------------------------------------------------------------------------------------------------

    def load(self, chosen: Set) -> Loaded:
        """One set of files, loaded once."""
        return self.workspace.memo(("compose", chosen), lambda: self._load(chosen))

    def _load(self, chosen: Set) -> Loaded:
        journal = Journal()
        loader = Loader(self.workspace, journal)
        folder = folder_of(chosen.files[0])
        env_files = chosen.env_files or (self.chosen.env_files if self.chosen is not None else ())
        scope = Scope(self.variables(loader, env_files, folder), open=True)
        if chosen.files[0].rpartition("/")[2] in BASES:  # which `docker compose up` finds where it is started
            scope = scope.with_below({"PWD": Variable(".")})  # as paths of the file are read; no path of this machine
        return build(loader, chosen.files, folder, scope, None)

    def variables(self, loader: Loader, env_files: Iterable[str], folder: str) -> dict[str, Variable]:
        """The project's `.env`, or the env files that somebody names; never the process environment."""
        paths = list(env_files) or [join(folder, ".env")]
        found: dict[str, Variable] = {}
        for path in paths:
            if self.workspace.entry(path) == "file":
                inner = Scope(dict(found))
                found |= loader.variables(path, inner, None) or {}
        return found

    def group(self, base: str, sets: list[Set]) -> Iterator[Project]:
        """The variants of one project, the plain one first."""
        plain: Project | None = None
        for chosen in _distinct(sets)[:MAX_VARIANTS]:
            project = self.project(base, chosen, plain)
            self.claimed |= {source.path for source in project.every}
            plain = plain or project
            yield project

    def project(self, base: str, chosen: Set, plain: Project | None) -> Project:
        """One variant."""
        loaded = self.load(chosen)
        files = [self.workspace.read(path) for path in loaded.files]
        sources = tuple(source for source in files if source is not None) or (Source(base, ""),)
        every = {source.path: source for source in (*sources, *loaded.loader.sources.values())}
        ignored = tuple(self.ignored(base)) if plain is None else ()
        return Project(
            loaded.model,
            sources,
            tuple(every.values()),
            base,
            _label(loaded.files),
            loaded.folder,
            loaded.journal,
            loaded.loader.absolute(""),
            plain if plain is not None and len(chosen.files) > 1 else None,
            ignored,
            tuple(self.unused(base, chosen)),
            loaded.printed,
            self.committed,
            self.texts,
            lambda: self.names(base),
        )

    def names(self, base: str) -> frozenset[str]:
        """The services of every Compose file in a project's folder, above it and below it, variants or not."""
        return self.workspace.memo(("names", base), lambda: frozenset(self._names(folder_of(base))))

    def _names(self, folder: str) -> Iterator[str]:
        for path, tree in list(self.trees.items())[:MAX_FILES]:
            other = folder_of(path)
            if f"{other}/".startswith(f"{folder}/") or f"{folder}/".startswith(f"{other}/") or not (folder and other):
                for document in tree.documents:
                    services = document.value.get("services")
                    yield from map(str, services.map if services is not None and services.is_map else ())

    def texts(self, path: str) -> tuple[Source, ...]:
        """The YAML file at a path, or those of the folder there and of the folders in it; a bounded number."""
        if self.workspace.entry(path) == "file":
            found = [path]
        else:
            listing = self.workspace.listing(path)
            found = [join(path, name) for name, is_dir in listing if not is_dir]
            folders = [join(path, name) for name, is_dir in listing[:MAX_TEXTS] if is_dir]
            found += [
                join(folder, name)
                for folder in folders
                for name, is_dir in self.workspace.listing(folder)
                if not is_dir
            ]
        named = [one for one in found if one.endswith((".yml", ".yaml"))][:MAX_TEXTS]
        return tuple(source for one in named if (source := self.workspace.read(one)) is not None)

    def committed(self, path: str) -> bool:
        """Whether a file is there and no `.gitignore` names it."""
        from dockguard.ignore import GitIgnore

        ignore = self.workspace.memo(("gitignore",), lambda: GitIgnore(self.workspace))
        return self.workspace.entry(path) == "file" and not ignore.ignores(path)

    def ignored(self, base: str) -> Iterator[Source]:
        """Files of the four names beside the base, which Compose never reads."""
        name = base.rpartition("/")[2]
        later = BASES[BASES.index(name) + 1 :] if name in BASES else ()
        for path, tree in self.trees.items():
            if folder_of(path) == folder_of(base) and path.rpartition("/")[2] in later:
                yield tree.source

    def unused(self, base: str, chosen: Set) -> Iterator[Source]:
        """The overlays of a variant, where the repository runs sets of this project and never one with them."""
        used = {path for run in self.runs(base) for path in run}
        used |= {path for deployment in self.deployments for path in deployment.files}
        if not used or len(chosen.files) < 2:
            return
        override = self.default_override(base)
        for path in chosen.files[1:]:
            if path not in used and path != override and path in self.trees:
                yield self.trees[path].source


def _distinct(sets: Iterable[Set]) -> list[Set]:
    """Each set once. Env files that somebody names for some files stand in for the project's `.env`."""
    alike: dict[tuple[str, ...], dict[tuple[str, ...], Set]] = {}
    for one in sets:
        alike.setdefault(one.files, {}).setdefault(one.env_files, one)
    return [one for by_env in alike.values() for one in by_env.values() if one.env_files or len(by_env) == 1]


def _overlays(tree: Tree, base: Value) -> bool:
    """Whether a file shares a service with a base, or has one that runs nothing by itself."""
    known = base.get("services")
    for document in tree.documents:
        services = document.value.get("services")
        for name, service in services.map.items() if services is not None else ():
            if known is not None and name in known.map:
                return True
            if not {"image", "build", "extends", "provider"} & set(service.map):
                return True
    return False


def _label(files: Sequence[str]) -> str:
    """`docker-compose.yml + docker-compose.prod.yml`, the overlays relative to the base's folder."""
    folder = folder_of(files[0])
    shown = [path.removeprefix(f"{folder}/") if folder and index else path for index, path in enumerate(files)]
    return " + ".join(shown)


def unit_problems(project: Project) -> Iterator[Problem]:
    """What is no YAML among the files that a project takes in."""
    for refusal in project.journal.refusals:
        if refusal.kind == "syntax":
            yield Problem("compose-syntax", refusal.message, refusal.span, refusal.span.source.path)
