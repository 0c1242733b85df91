"""The edits of a fix as other programs may apply them: in files on disk, and without a secret in them."""

from __future__ import annotations

from dockguard.finding import Edit
from dockguard.render.masking import Masks
from dockguard.report import Report


def edits(report: Report, masks: Masks) -> tuple[Edit, ...]:
    """The edits of a report's fix in the files on disk; () where there is none, or none that may be told.

    An edit of an embedded text is told where its host holds the same characters. One that would write a secret is
    withheld with its whole fix: stars must never end up in a file.
    """
    fix = report.finding.fix
    if fix is None:
        return ()
    outer = tuple(Edit(edit.span.outer, edit.text) for edit in fix.edits)
    same = all(new.span.text == old.span.text for new, old in zip(outer, fix.edits, strict=True))
    tells = any(masks.tells(report, edit.text) for edit in outer)
    lossy = any(edit.span.source.lossy for edit in outer)
    return outer if same and not tells and not lossy else ()
