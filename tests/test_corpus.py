"""Real systems and other people's cases: no crash, no traceback, no hang, and nothing read is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockguard.run import check
from dockguard.settings import Ask

ROOT = os.environ.get("DOCKGUARD_CORPUS", "")
pytestmark = pytest.mark.skipif(not ROOT, reason="needs DOCKGUARD_CORPUS")


def folders() -> list[Path]:
    if not ROOT:
        return []
    root = Path(ROOT)
    many = [*(root / "corpus" / "awesome-compose").iterdir(), *(root / "cases" / "peers").iterdir()]
    more = [root / "corpus" / name for name in ("learning-coach", "compose-examples", "h5bp-nginx")]
    return sorted(
        f for f in (*many, *more, root / "cases" / "dockerfile", root / "cases" / "compose-variants") if f.is_dir()
    )


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_no_crash(folder: Path) -> None:
    run = check(Ask(paths=(str(folder),), profile="audit", isolated=True))
    assert not [p.message for p in run.problems if p.code in ("rule-crashed", "model-crashed", "bad-rule")]
    for report in run.reports:
        assert report.span.outer.end <= len(report.span.outer.source.text)
        assert report.finding.message
    if folder.name == "learning-coach":
        said = {(r.rule.id, r.span.outer.source.path.rpartition("/")[2], r.span.outer.line) for r in run.reports}
        assert said >= FIRST_LIGHT


FIRST_LIGHT = {
    ("compose/container-runtime-socket-mounted", "docker-compose.yml", 168),
    ("compose/privileged-container", "docker-compose.yml", 172),
    ("compose/privileged-container", "docker-compose.monitoring.yml", 163),
}
