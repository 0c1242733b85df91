"""Servers that need another signal than SIGTERM to stop well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

# program -> signal and its number: nginx "Controlling nginx", php-fpm(8), httpd "Stopping and Restarting", postgres(1),
# systemd(1).
_SIGNALS = (
    (re.compile(r"(?:.*/)?(?:nginx|openresty|php-fpm[0-9.]*)"), "QUIT", "3"),
    (re.compile(r"(?:.*/)?(?:httpd|httpd-foreground|apache2|apache2-foreground)"), "WINCH", "28"),
    (re.compile(r"(?:.*/)?postgres"), "INT", "2"),
    (re.compile(r"(?:/usr)?/(?:sbin/init|lib/systemd/systemd)"), "RTMIN+3", "37"),
)
_DISTRIBUTIONS = frozenset(
    "almalinux alpine amazonlinux archlinux centos debian fedora oraclelinux rockylinux ubuntu".split()
)


def check(image: Any) -> Iterator[Finding]:
    """By the first word of ENTRYPOINT, else of CMD."""
    words = image.entrypoint.known or image.cmd.known or ("",)
    program, signal = words[0].rpartition("/")[2], image.stop_signal
    wanted = next(((name, number) for form, name, number in _SIGNALS if form.fullmatch(words[0])), None)
    if wanted is None or not signal.sure or image.of_service:
        return
    name, number = wanted
    if signal.known:
        if signal.known.strip("\"'").upper().removeprefix("SIG") not in wanted:
            yield Finding(signal.span, f"`{program}` stops well on SIG{name}, not on `{signal.known}`")
    elif not signal.written and _is_plain(image):
        where = image.entrypoint if image.entrypoint.known else image.cmd
        yield Finding(where.span, f"`{program}` stops well on SIG{name} ({number}), and gets SIGTERM")


def _is_plain(image: Any) -> bool:
    """Whether the base image is a distribution, which says nothing of signals; Alpine's init is another one."""
    bases = [one.name for one in image.references if one.where == "FROM" and one.is_final]
    return bool(bases) and bases[0] in _DISTRIBUTIONS and not (bases[0] == "alpine" and "/sbin/init" in image.started)
