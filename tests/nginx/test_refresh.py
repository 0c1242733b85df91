from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from . import refresh_directives
from .refresh_directives import TARGET, collect, entries, tabled

C = """
static ngx_command_t  ngx_http_x_commands[] = {
    { ngx_string("add_header"),   /* a remark */
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LIF_CONF
                        |NGX_CONF_TAKE23,
      ngx_http_headers_add, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
    { ngx_string("if"), NGX_HTTP_SRV_CONF|NGX_CONF_BLOCK|NGX_CONF_1MORE, f, 0, 0, NULL },
    { ngx_string("flag"), NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG, f, 0, 0, NULL },
      ngx_null_command
};
"""


def test_tables_are_read_from_the_source():
    assert list(entries("x", C)) == [
        ("add_header", ["x", "http|server|location|if in location", "2-3", 0]),
        ("if", ["x", "server", "1+", 1]),
        ("flag", ["x", "main", "on|off", 0]),
    ]


def test_a_source_tree(tmp_path):
    folder = tmp_path / "src/http"
    folder.mkdir(parents=True)
    (folder / "ngx_http_x_module.c").write_text(C)
    assert collect(tmp_path)["flag"] == [["http_x", "main", "on|off", 0]]
    with pytest.raises(SystemExit, match="only 3 directives"):
        refresh_directives.main(str(tmp_path), "1.0", "2026-01-01")


CORPUS = os.environ.get("DOCKGUARD_CORPUS", "")


@pytest.mark.skipif(not CORPUS, reason="DOCKGUARD_CORPUS does not name the shared facts")
def test_the_facts_give_our_table(tmp_path, monkeypatch):
    facts = Path(CORPUS) / "facts/nginx_directives.json"
    before = json.loads(TARGET.read_text(encoding="utf-8"))
    assert tabled(facts) == before["directives"]
    monkeypatch.setattr(refresh_directives, "TARGET", tmp_path / "directives.json")
    (tmp_path / "directives.json").write_text(TARGET.read_text(encoding="utf-8"), encoding="utf-8")
    refresh_directives.main(str(facts), before["version"], before["date"])
    assert json.loads((tmp_path / "directives.json").read_text(encoding="utf-8")) == before
