"""What nginx itself serves is what the model says: statuses and headers of random requests to random configurations."""

from __future__ import annotations

import os

import pytest

from .oracle import compare, serve

COUNT = int(os.environ.get("DOCKGUARD_LONG", "0") or 0) or (500 if os.environ.get("DOCKGUARD_NO_SKIP") else 80)
pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")


def test_served_as_modelled():
    with compare.bench() as place:
        result = compare.run(range(COUNT), place)
    assert not result.mismatches
    assert result.configurations > 0.9 * COUNT, f"nginx refuses too many: {result.refused}"


def test_served_as_modelled_with_inherited_headers(monkeypatch):
    if serve.version() < (1, 29, 3):
        if not serve.newest():
            pytest.skip("add_header_inherit needs nginx 1.29.3")
        monkeypatch.setattr(serve, "BINARY", serve.newest())
    count = COUNT if "DOCKGUARD_LONG" in os.environ else min(COUNT, 200)  # this server takes 0.1 s to start and end
    with compare.bench() as place:
        result = compare.run(range(count), place, inherit=True)
    assert not result.mismatches
    assert result.configurations > 0.9 * count, f"nginx refuses too many: {result.refused}"
