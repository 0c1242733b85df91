"""CPU time of the command over a bare interpreter: the budgets of a start, a file and a small project.

    python tools/measure.py [--runs 11] [--peer "compose-lint" --peer-files compose]

Medians of user + system time in ms, all cases in turn within one run, so that a busy machine hurts all alike.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "fixtures" / "shop"
SMALL = {"compose": "compose.prod.yaml", "dockerfile": "app/Dockerfile", "nginx": "web/conf.d/shop.conf"}
NAMES = {"compose": "compose.yaml", "dockerfile": "Dockerfile", "nginx": "nginx/shop.conf"}
BUDGET = {"--version": 45, "compose": 60, "dockerfile": 60, "nginx": 60, "project": 110}  # ms


@dataclass(slots=True)
class Case:
    """One command to time, and the times so far in ms."""

    name: str
    command: Sequence[str]
    folder: Path
    times: list[float] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)

    def run(self) -> None:
        """Once more."""
        child = subprocess.Popen(
            self.command, cwd=self.folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.codes.add(child.returncode)
        self.times.append((usage.ru_utime + usage.ru_stime) * 1000)


def main() -> None:
    """Time all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--command", default="", help="instead of the command beside this interpreter")
    parser.add_argument("--peer", default="", help="another tool's command; the files are its last words")
    parser.add_argument("--peer-files", default="compose", help="the kinds that it reads, with commas")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = [*_cases(Path(folder), options)]
        for number in range(options.runs + 1):
            for case in cases:
                case.run()
                if number == 0:
                    case.times.clear()  # warms the caches of the disk and of compiled modules
    _print(cases)


def _environment() -> dict[str, str]:
    """Ours, with compiled modules kept, as an installed command has them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _cases(folder: Path, options: argparse.Namespace) -> Iterator[Case]:
    """The bare interpreter, ours, then the peer's, each file alone in a folder of its own."""
    ours = shlex.split(options.command) or [str(Path(sys.executable).with_name("dockguard"))]
    yield Case("bare interpreter", [sys.executable, "-c", "pass"], folder)
    yield Case("--version", [*ours, "--version"], folder)
    places = {kind: _place(folder / kind, kind) for kind in SMALL}
    for kind, place in places.items():
        yield Case(kind, [*ours, "check", NAMES[kind]], place)
    shutil.copytree(SHOP, folder / "project")
    yield Case("project", [*ours, "check", "."], folder / "project")
    if options.peer:
        peer = shlex.split(options.peer)
        yield Case("peer --version", [peer[0], "--version"], folder)
        for kind in options.peer_files.split(","):
            yield Case(f"peer {kind}", [*peer, NAMES[kind]], places[kind])


def _place(folder: Path, kind: str) -> Path:
    """A folder with one small file of a kind."""
    file = folder / NAMES[kind]
    file.parent.mkdir(parents=True)
    shutil.copy(SHOP / SMALL[kind], file)
    return folder


def _print(cases: Sequence[Case]) -> None:
    bare = median(cases[0].times)
    print(f"{'case':18}{'median ms':>10}{'over bare':>11}{'budget':>8}  exit codes")
    for case in cases:
        over = median(case.times) - bare
        budget = str(BUDGET.get(case.name, ""))
        codes = " ".join(map(str, sorted(case.codes)))
        print(f"{case.name:18}{median(case.times):10.1f}{over:11.1f}{budget:>8}  {codes}")


if __name__ == "__main__":
    main()
