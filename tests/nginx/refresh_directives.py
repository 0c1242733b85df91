"""Redraws data/directives.json: `python tests/nginx/refresh_directives.py PATH VERSION DATE`.

PATH is a tree of nginx's source, or a JSON file of what is in its command tables (`directives`: name to rows with
`module`, `contexts`, `arguments`, `block`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[2] / "dockguard/formats/nginx/data/directives.json"
CONTEXTS = {
    "NGX_MAIN_CONF": "main", "NGX_EVENT_CONF": "events", "NGX_HTTP_MAIN_CONF": "http", "NGX_HTTP_SRV_CONF": "server",
    "NGX_HTTP_LOC_CONF": "location", "NGX_HTTP_UPS_CONF": "upstream", "NGX_HTTP_SIF_CONF": "if in server",
    "NGX_HTTP_LIF_CONF": "if in location", "NGX_HTTP_LMT_CONF": "limit_except", "NGX_STREAM_MAIN_CONF": "stream",
    "NGX_STREAM_SRV_CONF": "stream server", "NGX_STREAM_UPS_CONF": "stream upstream", "NGX_MAIL_MAIN_CONF": "mail",
    "NGX_MAIL_SRV_CONF": "mail server", "NGX_ANY_CONF": "any",
}  # fmt: skip
ARGUMENTS = {
    "NGX_CONF_NOARGS": ("0",), "NGX_CONF_FLAG": ("on|off",), "NGX_CONF_1MORE": ("1+",), "NGX_CONF_2MORE": ("2+",),
    "NGX_CONF_ANY": ("0+",), "NGX_CONF_TAKE12": ("1-2",), "NGX_CONF_TAKE13": ("1", "3"), "NGX_CONF_TAKE23": ("2-3",),
    "NGX_CONF_TAKE123": ("1-3",),
    "NGX_CONF_TAKE1234": ("1-4",), **{f"NGX_CONF_TAKE{n}": (str(n),) for n in range(1, 8)},
}  # fmt: skip
Rows = dict[str, list[list[object]]]
_TABLE = re.compile(r"ngx_command_t\s+\w+\[\]\s*=\s*\{(.*?)ngx_null_command", re.S)
_ENTRY = re.compile(r'\{\s*ngx_string\("(\w+)"\),\s*([A-Z0-9_|\s]+),')


def entries(module: str, text: str) -> Iterator[tuple[str, list[object]]]:
    """(name, [module, contexts, arguments, block]) of every command table in a C file."""
    for table in _TABLE.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
        for name, mask in _ENTRY.findall(table):
            flags = re.findall(r"\w+", mask)
            contexts = [CONTEXTS[flag] for flag in flags if flag in CONTEXTS]
            arguments = [form for flag in flags for form in ARGUMENTS.get(flag, ())]
            if contexts and arguments:
                yield name, [module, "|".join(contexts), "|".join(arguments), int("NGX_CONF_BLOCK" in flags)]


def _short(module: str) -> str:
    return module.removeprefix("ngx_").removesuffix("_module")


def tabled(source: Path) -> Rows:
    """Every directive of a JSON file; entries without a context belong to server-side includes."""
    found: Rows = {}
    for name, rows in json.loads(source.read_text(encoding="utf-8"))["directives"].items():
        for row in rows:
            if row["contexts"] and row["arguments"]:
                columns = ["|".join(row["contexts"]), "|".join(row["arguments"]), int(row["block"])]
                found.setdefault(name, []).append([_short(row["module"]), *columns])
    return dict(sorted(found.items()))


def collect(source: Path) -> Rows:
    """Every directive of a source tree."""
    found: Rows = {}
    for path in sorted(source.glob("src/**/*.c")):
        for name, row in entries(_short(path.stem), path.read_text(encoding="utf-8", errors="replace")):
            found.setdefault(name, []).append(row)
    return dict(sorted(found.items()))


def main(source: str, version: str, date: str) -> None:
    """Write the file; the versions that brought a directive are kept."""
    data = json.loads(TARGET.read_text(encoding="utf-8"))
    rows = tabled(Path(source)) if Path(source).is_file() else collect(Path(source))
    if len(rows) < 500:
        raise SystemExit(f"{source} has only {len(rows)} directives: the table is left as it is")
    head = {**data, "version": version, "date": date}
    del head["directives"]
    body = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    TARGET.write_text(f'{{{lines},\n"directives": {{\n{body}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:4])
