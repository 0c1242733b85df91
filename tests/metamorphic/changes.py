"""All changes."""

from __future__ import annotations

from tests.metamorphic import (
    compose_files,
    compose_forms,
    compose_layout,
    dockerfile_forms,
    dockerfile_layout,
    nginx_files,
    nginx_layout,
)
from tests.metamorphic.change import Change

CHANGES: tuple[Change, ...] = (
    *compose_layout.CHANGES,
    *compose_forms.CHANGES,
    *compose_files.CHANGES,
    *dockerfile_layout.CHANGES,
    *dockerfile_forms.CHANGES,
    *nginx_layout.CHANGES,
    *nginx_files.CHANGES,
)
