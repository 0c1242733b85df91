"""Long runs by hand: `python -m tests.nginx.oracle FIRST LAST [--inherit] [--all]`."""

from __future__ import annotations

import sys
import time

from .compare import bench, run


def main() -> int:
    """Serve the seeds and print what differed."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    began = time.monotonic()
    with bench() as place:
        result = run(range(*numbers), place, "--inherit" in sys.argv, "--all" not in sys.argv)
    seconds = time.monotonic() - began
    print(*result.mismatches[:20], sep="\n")
    print(
        f"{result.configurations} configurations, {result.requests} requests, {len(result.refused)} refused,", end=" "
    )
    print(f"{len(result.mismatches)} mismatches, {result.configurations / seconds:.0f} configurations/s")
    return bool(result.mismatches)


if __name__ == "__main__":
    raise SystemExit(main())
