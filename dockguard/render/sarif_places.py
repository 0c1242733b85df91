"""Places, snippets and edits as SARIF says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import sarif_om as om

from dockguard.finding import Edit
from dockguard.render.masking import Masks
from dockguard.render.places import place
from dockguard.source import Span

ROOT = "%SRCROOT%"
CONTEXT = 2  # lines around a place
MAX_SNIPPET = 4000  # code points; longer ones are left out
LANGUAGES = {"dockerfile": "dockerfile", "compose": "yaml", "nginx": "nginx"}  # by kind of file; others are not named


class Artifacts:
    """The files of a log in order of their first use, after those that were checked."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        self._kinds = dict(files)
        self._order = {path: index for index, path in enumerate(self._kinds)}

    def location(self, path: str) -> Any:
        """A file relative to the repository root; no absolute path of this machine unless the user named one."""
        index = self._order.setdefault(path, len(self._order))
        return om.ArtifactLocation(**_address(path), index=index)

    def all(self) -> list[Any]:
        """Every file of the log; those that were checked play the analysis' target."""
        return [
            om.Artifact(
                location=om.ArtifactLocation(**_address(path), index=index),
                roles=["analysisTarget"] if path in self._kinds else ["referencedOnCommandLine"],
                source_language=LANGUAGES.get(self._kinds.get(path, "")),
            )
            for path, index in self._order.items()
        ]


def _address(path: str) -> dict[str, str]:
    uri = quote(path.encode("utf-8", "surrogateescape") if _encodable(path) else path.encode("utf-8", "replace"))
    return {"uri": f"file://{uri}"} if path.startswith("/") else {"uri": uri, "uri_base_id": ROOT}


def _encodable(path: str) -> bool:
    """Whether a path's surrogates, if any, stand for undecodable bytes of a file's name."""
    return all(not 0xD800 <= ord(char) <= 0xDFFF or 0xDC80 <= ord(char) <= 0xDCFF for char in path)


def region(span: Span, masks: Masks | None = None) -> Any:
    """A place with columns; with masks also the text that stands there, without its secrets."""
    here = place(span)
    return om.Region(
        start_line=here.line,
        start_column=here.column,
        end_line=here.end_line,
        end_column=here.end_column,
        snippet=_snippet(span.outer, masks) if masks else None,
    )


def _snippet(span: Span, masks: Masks) -> Any:
    if span.end - span.start > MAX_SNIPPET or span.start == span.end:
        return None
    return om.ArtifactContent(text=masks.text(span))


def physical(span: Span, artifacts: Artifacts, masks: Masks) -> Any:
    """A place in a file with the lines around it."""
    outer = span.outer
    around = _around(outer)
    wider = (around.start, around.end) != (outer.start, outer.end) and around.end - around.start <= MAX_SNIPPET
    return om.PhysicalLocation(
        artifact_location=artifacts.location(outer.source.path),
        region=region(span, masks),
        context_region=region(around, masks) if wider else None,
    )


def _around(span: Span) -> Span:
    """The lines of a place and a few before and after."""
    source = span.source
    first = max(1, source.position(span.start)[0] - CONTEXT)
    last = min(len(source.line_starts), source.position(span.end)[0] + CONTEXT)
    return Span(source, source.line_span(first).start, max(span.end, source.line_span(last).end))


def changes(edits: Sequence[Edit], artifacts: Artifacts) -> list[Any]:
    """Edits by file."""
    files: dict[str, list[Edit]] = {}
    for edit in sorted(edits, key=lambda edit: edit.span.key):
        files.setdefault(edit.span.source.path, []).append(edit)
    return [
        om.ArtifactChange(
            artifact_location=artifacts.location(path),
            replacements=[
                om.Replacement(
                    deleted_region=region(edit.span),
                    inserted_content=om.ArtifactContent(text=edit.text) if edit.text else None,
                )
                for edit in own
            ],
        )
        for path, own in files.items()
    ]
