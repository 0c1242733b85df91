"""Rebuild the table of ends of life.

    python tools/refresh_end_of_life.py SOURCE DATE

SOURCE is a JSON file `{"source": …, "products": {name: [{"cycle", "eol", "extended"?}, …]}}`, or the URL of the public
API, https://endoflife.date/api, which is then asked for every product that the table already names.
DATE is the day it was read. The data of endoflife.date are under the MIT licence.
"""

from __future__ import annotations

import argparse
import json
import urllib.request
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "dockguard" / "common" / "data"
TARGET = DATA / "end_of_life.json"


def main() -> None:
    """Read the cycles, write the table, say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="a JSON file, or https://endoflife.date/api")
    parser.add_argument("date", help="the day it was read, YYYY-MM-DD")
    options = parser.parse_args()
    products = read(options.source)
    table = {
        "source": "endoflife.date (github.com/endoflife-date/endoflife.date, MIT License)",
        "date": options.date,
        "command": "python tools/refresh_end_of_life.py https://endoflife.date/api DATE",
        "about": "product: [cycle, end of life, extended support]; false: not announced, true: ended, day unknown",
    }
    rows = (f"    {json.dumps(name)}: {json.dumps([row(one) for one in products[name]])}" for name in sorted(products))
    heads = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in table.items())
    TARGET.write_text("{\n" + heads + '  "products": {\n' + ",\n".join(rows) + "\n  }\n}\n", encoding="utf-8")
    print(f"{TARGET}: {len(products)} products, {sum(map(len, products.values()))} cycles")


def read(source: str) -> dict[str, list[dict[str, Any]]]:
    """The cycles of every product."""
    if not source.startswith("https://"):
        return json.loads(Path(source).read_text(encoding="utf-8"))["products"]  # type: ignore[no-any-return]
    names = json.loads(TARGET.read_text(encoding="utf-8"))["products"]
    return {name: fetch(f"{source.rstrip('/')}/{name}.json") for name in names}


def fetch(url: str) -> list[dict[str, Any]]:
    """One product's answer of the API."""
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)  # type: ignore[no-any-return]


def row(cycle: dict[str, Any]) -> list[Any]:
    """One cycle, as short as the table has it."""
    extended = cycle.get("extended", cycle.get("extendedSupport"))
    found = [str(cycle["cycle"]), cycle["eol"], extended]
    return found if isinstance(extended, str) else found[:2]


if __name__ == "__main__":
    main()
