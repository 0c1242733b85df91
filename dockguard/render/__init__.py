"""Back ends: each output is one module with one `render(run, …)`, loaded when somebody asks for it by name."""

from __future__ import annotations

from typing import Protocol, cast

from dockguard.report import Run

FORMATS = {"text": "text", "concise": "concise", "json": "json_v1", "sarif": "sarif"}  # name -> module


class Renderer(Protocol):
    """What every output module calls `render`; the text it returns ends with a line break, or is empty.

    `color` and `width` (columns) matter to outputs for people, `verbose` tells more, `suppressed` also lists what is
    suppressed where the output would leave it out.
    """

    def __call__(
        self, run: Run, *, color: bool = False, width: int = 100, verbose: bool = False, suppressed: bool = False
    ) -> str:
        """The whole output of a run."""
        ...


def renderer(name: str) -> Renderer:
    """The function behind a name of `FORMATS`; raises KeyError."""
    from importlib import import_module

    return cast("Renderer", import_module(f"dockguard.render.{FORMATS[name]}").render)
