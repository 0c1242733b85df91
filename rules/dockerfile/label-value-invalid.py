"""Values of labels that have not the form that their keys promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.api import Finding

_OCI, _SCHEMA = "org.opencontainers.image.", "org.label-schema."
_FORMS = {  # the OCI image specification, annotations.md, and the older label-schema.org
    f"{_OCI}created": "date",
    f"{_OCI}url": "url",
    f"{_OCI}documentation": "url",
    f"{_OCI}source": "url",
    f"{_OCI}licenses": "spdx",
    f"{_OCI}base.digest": "digest",
    f"{_SCHEMA}build-date": "date",
    f"{_SCHEMA}url": "url",
}


def check(env: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By the option's form of a key, else by the specification's."""
    own = dict(one.split("=", 1) for one in options["types"] if "=" in one)
    form = own.get(env.name) or _FORMS.get(env.name)
    wanted = env.misfit(form) if form else ""
    if wanted:
        is_not = f", which `{env.written.known}` is not" if env.written.known.strip() else " and has none"
        yield Finding(env.span, f"`{env.name}` is {wanted}{is_not}")
