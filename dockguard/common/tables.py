"""The data files beside the code, read on first use."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def load(name: str) -> Any:
    """The JSON value of `data/<name>.json`; the same object every time, so nobody may change it."""
    import json
    import os

    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", f"{name}.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)
