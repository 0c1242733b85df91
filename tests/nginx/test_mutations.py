"""Deliberate errors in the model are found by the comparison with nginx; so it would find real ones."""

from __future__ import annotations

import os
import re

import pytest

from dockguard.formats.nginx import access, level, limits, location, matching, site
from dockguard.formats.nginx.directives import inheritance
from dockguard.formats.nginx.headers import headers
from dockguard.source import Many

from .oracle import compare, engine, serve

LONG = bool(os.environ.get("DOCKGUARD_LONG"))
SEEDS = 1500
pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")


def _all_listed(self, name):
    names = inheritance.group(name)
    return Many(tuple(line for one in self.chain for line in one.lines(names)), self.span)


def _handler_everywhere(here, kind):
    return next((line for one in here.chain for line in one.directives if line.name in inheritance.HANDLERS), None)


def _shortest(here, uri):
    exact, _, slashed = KEEP(here, uri)
    fitting = [child for child in matching.locations(here) if _prefix(child, uri)]
    return exact, min(fitting, key=lambda child: len(matching.own_match(child).pattern), default=None), slashed


def _prefix(child, uri):
    match = matching.own_match(child)
    return match.prefix and uri.startswith(match.pattern)


def _stops(here, uri):
    found = FIND(here, uri)
    one = matching.own_match(found.level) if found.level.context == "location" else None
    return matching.Found(found.level, found.hit, found.slash, True) if one and one.modifier == "^~" else found


def _backwards(self):
    return Many(RULES(self).items[::-1], self._level.span)


KEEP, FIND = matching._literal, matching.find
always = property(lambda self: True)
MUTANTS = {
    "headers are merged": (headers.Headers, "mode", staticmethod(lambda here: "merge")),
    "303 is no safe status": (engine, "SAFE", headers.SAFE - {303, 302}),
    "404 is a safe status": (engine, "SAFE", headers.SAFE | {404}),
    "always is ignored": (headers.Header, "always", always),
    "lists are merged": (level.Level, "listed", _all_listed),
    "try_files is inherited": (inheritance, "NEVER", inheritance.NEVER - {"try_files"}),
    "the proxy is inherited by nested locations": (engine, "handler_of", _handler_everywhere),
    "internal is not inherited": (location.Location, "internal", property(lambda self: self.level.has("internal"))),
    "the shortest prefix wins": (matching, "_literal", _shortest),
    "nested ^~ stops outer regexes": (matching, "find", _stops),
    "regexes are matched at the start": (matching, "compiled", lambda p, i=False: re.compile("^(?:" + p + ")")),
    "the last access rule wins": (access.Access, "rules", property(_backwards)),
    "auth_basic needs no file": (access.Access, "password_inert", property(lambda self: False)),
    "satisfy is always all": (access.Access, "any_suffices", property(lambda self: False)),
    "bursts are one longer": (limits.Limit, "burst", property(lambda self: BURST(self) + 1)),
    "the last server is the default": (site, "_sockets", lambda levels: (SOCKETS(levels)[0], {id(levels[-1])})),
    "prefixes are dead below a regex": (matching.Match, "always", property(lambda self: self.regex)),
}  # fmt: skip
RULES = access.Access.__dict__["rules"].func
BURST = limits.Limit.__dict__["burst"].fget
SOCKETS = site._sockets
QUICK = ("headers are merged", "lists are merged", "the shortest prefix wins", "always is ignored")


@pytest.fixture(scope="module")
def place():
    with compare.bench() as found:
        yield found


@pytest.mark.parametrize("name", MUTANTS if LONG else QUICK)
def test_found(name, place, monkeypatch):
    owner, attribute, wrong = MUTANTS[name]
    monkeypatch.setattr(owner, attribute, wrong)
    assert compare.run(range(SEEDS), place).mismatches, f"nobody notices that {name}"
