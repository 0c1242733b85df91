"""What is said by default about projects that are not ours was read by somebody, finding by finding."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import reading


@pytest.mark.skipif(not os.environ.get("DOCKGUARD_CORPUS"), reason="needs DOCKGUARD_CORPUS")
def test_every_finding_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert reading.main([os.environ["DOCKGUARD_CORPUS"]]) == 0, capsys.readouterr().err


def test_a_finding_that_nobody_has_read_is_no_verdict() -> None:
    key = ("shop", "compose/privileged-container", "compose.yaml")
    (row,) = [line for line in reading.table({key: [3, 3, 9]}, {}, ()) if line.startswith("| `compose/")]
    assert "`compose.yaml`: 3, 9 | ? | nobody has read this" in row
    assert Path(reading.TABLE).is_file()
