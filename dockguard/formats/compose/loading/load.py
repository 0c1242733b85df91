"""The pipeline from files to one merged model, in Docker Compose's own order."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import isabs, normpath

from dockguard.formats.compose.loading.canonical import Canonical, omit_empty, put
from dockguard.formats.compose.loading.dotenv import BadEnvironment, read, read_raw
from dockguard.formats.compose.loading.inherit import Cleared, apply_extends, apply_includes
from dockguard.formats.compose.loading.interpolate import Interpolation, Scope, Variable
from dockguard.formats.compose.loading.merge import Merge, unique
from dockguard.formats.compose.loading.normalize import complete
from dockguard.formats.compose.loading.schema import validate
from dockguard.formats.compose.loading.validation import check_targets
from dockguard.formats.compose.refusal import Journal
from dockguard.formats.compose.text.parse import Document, Tree, parse
from dockguard.formats.compose.text.tree import Path, Value, empty
from dockguard.source import Source, Span
from dockguard.workspace import Workspace, join

MAX_FILES = 200  # of one project


class Loader:
    """One project's loading: the files it read, and what Docker Compose would say about them."""

    def __init__(self, workspace: Workspace, journal: Journal, home: str = "") -> None:
        self.workspace = workspace
        self.journal = journal
        self.home = home  # what `~` is; "" where only the run time knows
        self.sources: dict[str, Source] = {}
        self.documents = 0

    # --- files -------------------------------------------------------------------------------------------------------

    def absolute(self, path: str) -> str:
        """A workspace path on the host."""
        root = "/workspace" if self.workspace.root is None else str(self.workspace.root)
        return path if isabs(path) else normpath(f"{root}/{path}")

    def inside(self, path: str) -> str | None:
        """A host path as a workspace path; None when it lies elsewhere."""
        root = self.absolute("").rstrip("/")
        if path == root:
            return "."
        return path[len(root) + 1 :] if path.startswith(root + "/") else None

    def within(self, folder: str, path: str) -> str:
        """A path that a file names, as a workspace path."""
        if self.home and (path == "~" or path.startswith("~/")):
            path = self.home + path[1:]
        joined = join(folder, path)
        return (self.inside(joined) or joined) if isabs(joined) else joined

    def tree(self, path: str, at: Span | None = None) -> Tree | None:
        """A parsed file, noted as part of the project."""
        tree = self.workspace.tree(path, parse, at)
        if tree is not None:
            self.sources[tree.source.path] = tree.source
        return tree

    def variables(
        self, path: str, scope: Scope, at: Span | None, required: bool = True, raw: bool = False
    ) -> dict[str, Variable] | None:
        """An env file's variables, for `raw` as they stand; None when there is no such file."""
        source = self.workspace.read(path, at)
        if source is None:
            if required and at is not None:
                self.journal.refuse(at, f"env file {path} not found", "file")
            return None
        self.sources[source.path] = source
        try:
            return read_raw(source) if raw else read(source, scope.get)
        except BadEnvironment as error:
            self.journal.refuse(error.span, f"failed to read {error}", "syntax")
            return {}

    # --- models ------------------------------------------------------------------------------------------------------

    def model(
        self,
        files: Sequence[str],
        folder: str,
        scope: Scope,
        included: tuple[str, ...] = (),
        above: str | None = None,
    ) -> Value:
        """The files of one project merged, in their long forms, with paths resolved against its folder.

        `above` is the folder of the project that includes it.
        """
        merged: Value | None = None
        for file in files:
            tree = self.tree(file)
            if tree is not None:
                merged = self.file(tree, folder, scope, merged, (*included, file))
        model = merged or empty(Source(files[0] if files else "", ""))
        return complete(model, self, folder, scope, above)

    def file(
        self, tree: Tree, folder: str, scope: Scope, model: Value | None, included: tuple[str, ...]
    ) -> Value | None:
        """A model with one more file on top."""
        for problem in tree.problems:
            self.journal.refuse(problem.span or tree.source.whole, problem.message, "syntax")
        for document in tree.documents:
            self.documents += 1
            if self.documents > MAX_FILES:
                self.journal.refuse(document.value.span, f"a project of more than {MAX_FILES} files", "include")
                break
            model = self._document(document, folder, scope, model, included)
        return model

    def _document(
        self, document: Document, folder: str, scope: Scope, model: Value | None, included: tuple[str, ...]
    ) -> Value | None:
        config = self.raw(document, scope)
        if config is None:
            return model
        cleared = Cleared(document.cleared)
        self.journal.resets.update((path, span) for path, span, _ in document.cleared)
        config = apply_includes(self, config, folder, scope, cleared, included)
        model = None if model is None else cleared.apply(model)
        config = apply_extends(self, config, folder, scope, cleared, included[-1])
        return self.finish(config if model is None else self.merge(model, config))

    def raw(self, document: Document, scope: Scope) -> Value | None:
        """A document with its variables replaced; None for one that is no mapping."""
        for defect in document.defects:
            kind = "duplicate-key" if "already defined" in defect.message else "syntax"
            self.journal.refuse(defect.span, defect.message, kind)
        if not document.value.is_map:
            self.journal.refuse(document.value.span, "top-level object must be a mapping", "type")
            return None
        interpolation = Interpolation(scope, self._template_refused)
        value = interpolation(document.value)
        self.journal.required += interpolation.required
        return _promote(value)

    def _template_refused(self, value: Value, path: Path, message: str) -> None:
        kind = "variable" if message.startswith("required variable") else "value"
        self.journal.refuse(value.place, f"error while interpolating {'.'.join(path)}: {message}", kind, path)

    def merge(self, base: Value, over: Value, path: Path = ()) -> Value:
        """One model over another."""
        journal = self.journal
        return Merge(journal.refuser("merge"), journal.clears_nothing, journal.repeats)(base, over, path)

    def finish(self, model: Value) -> Value:
        """What is done after each file: lists made unique, the schema asked, long forms written."""
        model = unique(model)
        for invalid in validate(model):
            where = invalid.value.key if invalid.kind == "unknown-key" and invalid.value.key else invalid.value.place
            self.journal.refuse(where, invalid.message, invalid.kind, invalid.path, invalid.near)
        version = model.map.get("version")
        if version is not None:
            self.journal.versions.append(version)
            model = put(model, ("version",), None)
        return self.long(model)

    def long(self, model: Value) -> Value:
        """Long forms, without empty names, made unique again for what only the long forms show."""
        long = unique(omit_empty(Canonical(self.journal.refuser("value"))(model)))
        check_targets(long, self.journal)
        return long


def _promote(model: Value) -> Value:
    """`x-develop` is `develop`, as it was written before the specification had it."""
    for name, service in model.map["services"].map.items() if "services" in model.map else ():
        extension = service.map.get("x-develop")
        if extension is not None and "develop" not in service.map:
            model = put(model, ("services", name, "develop"), extension)
            model = put(model, ("services", name, "x-develop"), None)
    return model
