"""Which files are nginx's: by name, and by text where the name does not tell."""

from __future__ import annotations

import re

from dockguard.lazy import regex

_NAME = regex(
    r"""(?:^|/)(?:
        nginx(?:[.\-_][^/]*)?\.conf(?:[.\-_][^/]+)?
      | [^/]*[.\-_]nginx\.conf
      | (?:nginx|conf\.d|http\.d|snippets)/(?:[^/]+/)*[^/]+\.(?:conf|template|tmpl|vhost|inc)
      | (?:nginx/)?(?:sites|streams)-(?:available|enabled)/[^/]+
    )$""",
    re.X,
)
_OTHER = regex(
    r"\.(?:go|md|rst|rs|py|js|ts|hs|java|json|toml|svg|png|snap|sh|txt|html|dockerignore|yml|yaml|php|sample\.md|exe|gz|bak~)$"
)
# Programs whose files live in folders that nginx's share (`conf.d`, `sites-available`), or have `nginx` in their names.
_FOREIGN_FOLDER = regex(
    r"(?:^|/)(?:apache2?|httpd|php(?:-fpm|\d[\d.]*)?|fpm|mysql|mariadb|my\.cnf\.d|postgres(?:ql)?|supervisor|haproxy|squid|"
    r"dovecot|postfix|redis|logstash|fluent(?:d|-bit)?|telegraf|collectd|rsyslog|logrotate|fail2ban|modprobe|sysctl|systemd|"
    r"security|fontconfig|fonts|uwsgi|prometheus|grafana|monit|dnsmasq|caddy|traefik|lighttpd)(?:\.d)?/(?:[^/]+/)*[^/]*$",
    re.I,
)
_BLOCK = (
    r"^[ \t]*(?:http|events|server|stream|upstream[ \t]+[\w.-]+|location[ \t][^{;\n]{1,300}"
    r"|map[ \t]+\S{1,100}[ \t]+\$\w+)[ \t]*\{"
)
_LINE = regex(
    _BLOCK + r"|^[ \t]*(?:server_name|proxy_pass|fastcgi_pass|uwsgi_pass|add_header|proxy_set_header|ssl_certificate|"
    r"ssl_protocols|limit_req_zone|limit_req|try_files|worker_processes|listen|root|include|error_page|log_format|access_log|"
    r"rewrite|server|server_tokens)[ \t]+(?![=:])[^;{\n]{1,300};",
    re.M,
)
_STRONG = regex(
    _BLOCK
    + r"|^[ \t]*(?:proxy_pass|add_header|server_name|fastcgi_pass|limit_req|proxy_set_header|ssl_protocols|try_files|"
    r"server_tokens)[ \t]+(?![=:])[^;{\n]{1,300};",
    re.M,
)
_DUMP = regex(r"\A(?:nginx: [^\n]{0,300}\n){0,9}# configuration file \S+:\s*$", re.M)
_SECTION = regex(r"^\[[A-Za-z][\w .:-]{0,60}\][ \t\r]*$", re.M)
_SNIFFED = 20_000


def matches(path: str) -> bool:
    """Whether a path's name says nginx: `nginx*.conf`, `conf.d/*.conf`, `sites-available/*` and the like."""
    if not _NAME.search(path) or _OTHER.search(path):
        return False
    return "nginx" in path.rpartition("/")[2].lower() or not _FOREIGN_FOLDER.search(path)


def sniff(text: str) -> bool:
    """Whether a text of an unknown name reads like nginx: two of its lines, one of them a telling one."""
    if _DUMP.match(text):
        return True
    text = text[:_SNIFFED]
    return _STRONG.search(text) is not None and sum(1 for _ in zip(_LINE.finditer(text), range(2), strict=False)) >= 2


def foreign(path: str, text: str) -> bool:
    """Whether a text is an INI file, `[section]` and `name = value`: fail2ban has a `filter.d/nginx-http-auth.conf`."""
    return _SECTION.search(text[:_SNIFFED]) is not None and _STRONG.search(text[:_SNIFFED]) is None


def is_dump(text: str) -> bool:
    """Whether a text is the output of `nginx -T`."""
    return _DUMP.match(text) is not None
