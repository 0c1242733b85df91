"""Our pages are read once, however many projects are judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dockguard import session
from dockguard.rulebook import Rulebook, rulebook


@pytest.fixture(scope="package", autouse=True)
def one_rulebook() -> Iterator[None]:
    ours = rulebook()

    def book(folders: Sequence[Path] = (), code: bool = False) -> Rulebook:
        return rulebook(folders, code) if folders else ours

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "rulebook", book)
        yield
