"""How each directive passes from an outer block to the blocks inside, as nginx's merge functions have it."""

from __future__ import annotations

# Inherited only where the level has none of its own; the first own line drops all from above
# (ngx_*_merge_*_conf, 1.31.5).
REPLACE = frozenset(
    """
    add_header add_trailer error_page allow deny limit_req limit_conn proxy_set_header grpc_set_header fastcgi_param
    uwsgi_param scgi_param proxy_redirect proxy_cookie_domain proxy_cookie_path proxy_cookie_flags proxy_cache_valid
    proxy_cache_bypass proxy_no_cache set_real_ip_from valid_referers sub_filter mirror index access_log
    auth_request_set
    types ssl_certificate ssl_certificate_key ssl_conf_command ssl_session_ticket_key early_hints gzip_types error_log
    proxy_hide_header proxy_pass_header fastcgi_hide_header fastcgi_pass_header uwsgi_hide_header uwsgi_pass_header
    scgi_hide_header scgi_pass_header grpc_hide_header grpc_pass_header fastcgi_cache_bypass fastcgi_no_cache
    uwsgi_cache_bypass uwsgi_no_cache scgi_cache_bypass scgi_no_cache fastcgi_cache_valid uwsgi_cache_valid
    scgi_cache_valid xslt_param xslt_string_param xslt_stylesheet proxy_ssl_conf_command grpc_ssl_conf_command
    uwsgi_ssl_conf_command
    """.split()
)

# Directives that share one list: a line of either drops the inherited lines of both.
TOGETHER = (frozenset(("allow", "deny")), frozenset(("ssl_certificate", "ssl_certificate_key")))

# What answers a request; passed on to `if` and `limit_except` of the same location only.
HANDLERS = frozenset(
    """
    proxy_pass fastcgi_pass uwsgi_pass scgi_pass grpc_pass memcached_pass tunnel_pass stub_status empty_gif flv mp4
    perl random_index content_by_lua content_by_lua_block content_by_lua_file js_content api echo passenger_enabled
    redis2_pass
    postgres_pass drizzle_pass
    """.split()
)
PASSES = frozenset(
    ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "tunnel_pass")
)

# Never inherited. `location` blocks, servers and zones are no values at all.
NEVER = HANDLERS | frozenset(
    """
    try_files limit_except set if return rewrite break location server include listen server_name upstream map geo
    split_clients limit_req_zone limit_conn_zone proxy_cache_path log_format
    """.split()
)

# The request's rewrite program, in the order of the text.
REWRITE = frozenset(("set", "rewrite", "return", "break", "if"))


def group(name: str) -> frozenset[str]:
    """The directives whose lines are inherited or dropped together with this one."""
    return _GROUPS.get(name) or frozenset((name,))


_GROUPS = {name: names for names in TOGETHER for name in names}
