"""What nginx itself serves is what the model says: statuses and headers of random requests to random configurations."""

from __future__ import annotations

import os

import pytest

from .oracle import compare, serve

COUNT = int(os.environ.get("DOCKGUARD_LONG", "0") or 0) or 80
pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")


def test_served_as_modelled():
    with compare.bench() as place:
        result = compare.run(range(COUNT), place)
    assert not result.mismatches
    assert result.configurations > 0.9 * COUNT, f"nginx refuses too many: {result.refused}"


def test_served_as_modelled_with_inherited_headers():
    if serve.version() < (1, 29, 3):
        pytest.skip("add_header_inherit needs nginx 1.29.3")
    with compare.bench() as place:
        result = compare.run(range(COUNT), place, inherit=True)
    assert not result.mismatches
