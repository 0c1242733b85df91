from __future__ import annotations

from .refresh_directives import entries

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
