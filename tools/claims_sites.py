"""Proofs about the site and the image that serves it: TLS, headers, limits, filters, and how the image is made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.formats.dockerfile.image import Image
from dockguard.formats.nginx.location import Location
from dockguard.source import Fact
from tools.claims_seen import Evidence, Mark, Proof, Seen, counted


def tls(seen: Seen) -> Evidence:
    """Whatever answers other machines over plain HTTP sends them to TLS or refuses them."""
    found, names = Evidence(), set()
    for server, variant in seen.servers():
        if server.action in ("redirect", "reject") or server.rejects_handshake:
            continue
        names.add(server.subject)
        speaks = server.tls
        found.judge(speaks, speaks.known, f"`{server.subject}` answers over plain HTTP", variant)
    if not names:
        found.unknown.append("what serves the site: no configuration of nginx is seen")
    return found.settle(f"`{'`, `'.join(sorted(names))}` over TLS; plain HTTP is sent there or refused")


def _contexts(seen: Seen) -> Iterator[tuple[Location, str]]:
    """What gives clients ordinary responses, over TLS or not; redirects to TLS left out."""
    for server, variant in seen.servers():
        if server.action not in ("redirect", "reject") and not server.rejects_handshake:
            yield from ((context, variant) for context in server.contexts if _answers(context))


def _answers(context: Location) -> bool:
    return context.responds and context.kind in ("server", "location") and context.action != "redirect"


def headers(seen: Seen) -> Evidence:
    """Every response of the site carries the headers that `headers` names, error pages too."""
    found, places = Evidence(), set()
    for context, variant in _contexts(seen):
        places.add(str(context))
        for name in seen.given["headers"]:
            fact = context.header(name)
            where: Fact[str] = Fact(None, context.span) if fact.known is None else Fact(None, fact.known.span)
            good = None if not fact.sure else fact.known is not None and fact.known.always
            what = "goes without" if fact.known is None else "on error pages goes without"
            found.judge(where, good, f"`{context}` {what} `{name}`", variant)
    if not places:
        found.unknown.append("what the site sends: no configuration of nginx is seen")
    count = counted(len(seen.given["headers"]), "header")
    return found.settle(f"{count} with `always` in each of {counted(len(places), 'context')}")


def rates(seen: Seen) -> Evidence:
    """There are several zones, each is used, and whatever answers from files or an upstream has a limit."""
    found, zones, places = Evidence(), set(), set()
    for site, variant in seen.sites():
        for zone in site.zones:
            zones.add(zone.name)
            found.judge(zone.used, zone.used.known, f"nothing uses the zone `{zone.name}`", variant)
    for context, variant in _contexts(seen):
        if context.action in ("files", "proxy"):
            places.add(str(context))
            limits = context.limits
            good = True if limits.items else None if limits.open else False
            found.judge(Fact(None, context.span), good, f"nothing limits how often `{context}` is asked for", variant)
    if len(zones) < 2:
        found.unknown.append("which kinds of requests have limits of their own")
    return found.settle(
        f"zones {', '.join(f'`{zone}`' for zone in sorted(zones))}; each of {len(places)} contexts has one"
    )


def filters(seen: Seen) -> Evidence:
    """Every server that serves the site refuses some requests before any location sees them."""
    found, names = Evidence(), set()
    for server, variant in seen.servers():
        if server.action in ("redirect", "reject") or server.rejects_handshake:
            continue
        names.add(server.subject)
        refusing = [level for level in server.level.children if level.context == "if in server" and level.has("return")]
        found.judge(Fact(None, server.span), bool(refusing), f"`{server.subject}` refuses nothing", variant)
    if not names:
        found.unknown.append("what is filtered: no configuration of nginx is seen")
    return found.settle("filters of `server` refuse requests before any location")


def access_logs(seen: Seen) -> Evidence:
    """Requests to the site are logged."""
    found, names = Evidence(), set()
    for context, variant in _contexts(seen):
        lines = context.level.listed("access_log")
        off = any(line.text(0) == "off" for line in lines)
        names.add(str(context))
        where = lines.items[0].span if lines.items else context.span
        found.judge(Fact(None, where), None if lines.open else not off, f"`{context}` logs nothing", variant)
    if not names:
        found.unknown.append("what the site logs: no configuration of nginx is seen")
    return found.settle(f"each of {counted(len(names), 'context')} logs its requests")


def settings(seen: Seen) -> Evidence:
    """The site has the directives that `directives` names, set to something other than `off`."""
    found = Evidence()
    for site, variant in seen.sites():
        levels = [server.level for server in site.servers]
        for name in seen.given["directives"]:
            facts = [level.setting(name) for level in levels]
            if not any(fact.known not in (None, "off") for fact in facts):
                found.bad.append(Mark(f"`{name}` is not set", site.span, variant))
    if not list(seen.sites()):
        found.unknown.append("how nginx is set: no configuration is seen")
    return found.settle(", ".join(f"`{name}`" for name in seen.given["directives"]))


# --- images -----------------------------------------------------------------------------------------------------------


def image_user(seen: Seen) -> Evidence:
    """The image of `dockerfile` ends with a user other than root."""
    found, users = Evidence(), set()
    for image in seen.images():
        user = image.user.known
        found.judge(image.user, None if user is None else not user.is_root, "the image runs as root", "")
        users.add(user.name if user else "")
    return _image(found, seen, f"`USER {', '.join(sorted(users))}`")


def _image(found: Evidence, seen: Seen, summary: str) -> Evidence:
    if not list(seen.images()):
        found.unknown.append(f"what is in the image: nobody builds `{seen.given['dockerfile']}`")
    return found.settle(summary)


def cached_stages(seen: Seen) -> Evidence:
    """The Dockerfile has several stages, and its builds keep a cache between them."""
    found, stages, caches = Evidence(), 0, set()
    for image in seen.images():
        stages = len(image.stages)
        mounts = [m for stage in image.stages for step in stage.steps for m in step.mounts if m.type == "cache"]
        caches |= {str(mount.target.known) for mount in mounts}
        found.judge(Fact(None, image.span), bool(mounts), "no RUN has a cache mount", "")
        found.judge(Fact(None, image.span), stages > 1, "it has one stage", "")
    return _image(found, seen, f"{stages} stages, caches in {', '.join(f'`{path}`' for path in sorted(caches))}")


def init(seen: Seen) -> Evidence:
    """The image's first process passes signals on."""
    found = Evidence()
    for image in seen.images():
        words = image.entrypoint.known or ("",)
        good = None if not image.entrypoint.sure else words[0].rpartition("/")[2] in ("dumb-init", "tini")
        found.judge(image.entrypoint, good, "its first process is no init", "")
    return _image(found, seen, f"`ENTRYPOINT` begins with `{_first(seen)}`")


def _first(seen: Seen) -> str:
    return next(((image.entrypoint.known or ("",))[0] for image in seen.images()), "")


def own_check(seen: Seen) -> Evidence:
    """The image's health check is the script `script`, which the image has."""
    found, script = Evidence(), str(seen.given["script"])
    for image in seen.images():
        words = " ".join(image.healthcheck.known or ())
        there = any(str(copy.source.known or "").endswith(script) for copy in image.files)
        good = script in words if image.healthcheck.sure else None
        found.judge(image.healthcheck, good, f"its health check is not `{script}`", "")
        found.judge(Fact(None, image.span), there, f"nothing copies `{script}` into the image", "")
    return _image(found, seen, f"`HEALTHCHECK` runs `{script}`, which the image has")


def ownership(seen: Seen) -> Evidence:
    """What the process of the image only reads does not belong to it."""
    found = Evidence()
    for image in seen.images():
        user = image.user.known.name.partition(":")[0] if image.user.known else ""
        if not user:
            found.unknown.append("who the process is")
        for copy in image.files:
            owner = str(copy.owner.known or "root").partition(":")[0]
            found.judge(copy.owner, owner != user, f"`{copy.target.known}` belongs to the process that serves it", "")
        _owned_later(found, image, user)
    return _image(found, seen, "root owns what the process only reads")


def _owned_later(found: Evidence, image: Image, user: str) -> None:
    """A `chown` in a RUN gives files to the process, too."""
    brought = {str(copy.target.known) for copy in image.files}
    for step in image.steps:
        text = step.span.source.text[step.span.start : step.span.end] if step.name == "RUN" else ""
        for path in re.findall(rf"chown -R {re.escape(user)}(?::\S*)? (/\S+)", text):
            if any(target == path or target.startswith(f"{path}/") for target in brought):
                found.bad.append(Mark(f"a RUN gives `{path}` to the process that reads it", step.span))


PROOFS: dict[str, Proof] = {
    "tls": tls,
    "headers": headers,
    "rates": rates,
    "filters": filters,
    "access-logs": access_logs,
    "settings": settings,
    "image-user": image_user,
    "cached-stages": cached_stages,
    "init": init,
    "own-check": own_check,
    "ownership": ownership,
}
