"""Bring the rows of Docker's official images up to date with docker-library.

    python tools/refresh_images.py OFFICIAL_IMAGES DATE

OFFICIAL_IMAGES is a JSON file `{"images": {name: {"file_variables": […]}}, "deprecated": [name]}`, read off
github.com/docker-library/official-images (`library/`, names) and github.com/docker-library/docs (each `content.md`:
variables that are named with `_FILE`; `deprecated.md`). DATE is the day it was read.

The table itself is written by hand (docs/images.md says how). This fills what it leaves out and never changes what a
row says: variables of rows without any, `deprecated` of rows without it. It prints what a person has to look at.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "dockguard" / "common" / "data" / "images.json"
DEPRECATED = "deprecated by Docker's official images"


def main() -> None:
    """Read both, fill the gaps, write the table, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("official", type=Path, help="the JSON file")
    parser.add_argument("date", help="the day it was read, YYYY-MM-DD")
    options = parser.parse_args()
    table = json.loads(TARGET.read_text(encoding="utf-8"))
    official = json.loads(options.official.read_text(encoding="utf-8"))
    changed = [name for name, row in table["images"].items() if fill(name, row, official, options.date)]
    TARGET.write_text(dump(table), encoding="utf-8")
    missing = sorted(set(official["images"]) - set(table["images"]))
    print(f"{TARGET}: {len(table['images'])} images, {len(changed)} changed: {', '.join(changed) or 'none'}")
    print(f"official images without a row: {', '.join(missing) or 'none'}")


def fill(name: str, row: dict[str, Any], official: dict[str, Any], date: str) -> bool:
    """Add what a row leaves out; whether anything was."""
    gaps: dict[str, Any] = {}
    variables = official["images"].get(name, {}).get("file_variables")
    if variables and "file_variables" not in row:
        gaps["file_variables"] = sorted(variables)
    if name in official["deprecated"] and "deprecated" not in row:
        gaps["deprecated"] = DEPRECATED
    row |= gaps | ({"date": date} if gaps else {})
    return bool(gaps)


def dump(table: dict[str, Any]) -> str:
    """JSON with one image a line, sorted."""
    heads = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in table.items() if key != "images")
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(table["images"].items()))
    return "{\n" + heads + '  "images": {\n' + rows + "\n  }\n}\n"


if __name__ == "__main__":
    main()
