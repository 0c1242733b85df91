"""A project that meets every control, and what breaks each one."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dockguard.report import Run
from dockguard.run import check
from dockguard.settings import Ask

DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGE = f"registry.example.org/app:1.2.3@{DIGEST}"
POSTGRES = {
    "image": f"postgres:16.4@{DIGEST}",
    "user": None,
    "tmpfs": ["/tmp:size=16m", "/var/run/postgresql:size=1m"],
    "volumes": ["data:/var/lib/postgresql/data"],
}
NGINX = {
    "image": f"nginx:1.27@{DIGEST}",
    "user": None,
    "tmpfs": ["/var/cache/nginx:size=16m", "/run:size=1m"],
}
SOUND: dict[str, Any] = {
    "services": {
        "app": {
            "image": IMAGE,
            "user": "1000:1000",
            "read_only": True,
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true"],
            "tmpfs": ["/tmp:size=16m"],
            "mem_limit": "256m",
            "cpus": 0.5,
            "pids_limit": 100,
            "volumes": ["data:/data", "./conf:/etc/app:ro"],
            "ports": ["127.0.0.1:8080:8080"],
            "environment": {"PASSWORD_FILE": "/run/secrets/password", "LEVEL": "info"},
            "healthcheck": {"test": ["CMD", "/app", "--check"]},
            "logging": {"driver": "local"},
        }
    },
    "volumes": {"data": {}},
}


def project(service: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The sound project with keys of its service changed (None takes one out), and with further top-level keys."""
    made = copy.deepcopy(SOUND)
    app = made["services"]["app"]
    for key, value in (service or {}).items():
        if value is None:
            app.pop(key, None)
        else:
            app[key] = value
    for key, value in more.items():
        made[key] = {**made.get(key, {}), **value} if isinstance(value, dict) else value
    return made


def judged(folder: Path, policy: str | None, files: Mapping[str, Any], **ask: Any) -> Run:
    """A run over files; what is no text is written as JSON, which is YAML."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (folder / ".git").mkdir(exist_ok=True)
    return check(Ask(paths=(str(folder),), policy=policy, **ask))


def failing(run: Run) -> set[str]:
    """The rules whose findings fail a run."""
    assert not run.problems, run.problems
    return {report.rule.id for report in run.failing}


def told(run: Run) -> set[str]:
    """The rules whose findings are below the gate."""
    return {report.rule.id for report in run.active} - failing(run)
