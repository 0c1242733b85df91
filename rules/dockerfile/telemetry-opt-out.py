"""Tools with telemetry whose documented switch nothing sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_COMMON = "DO_NOT_TRACK"
_SWITCHES = {  # program -> the variables of which one switches it off, by its documentation
    "dotnet": ("DOTNET_CLI_TELEMETRY_OPTOUT",),
    "pwsh": ("POWERSHELL_TELEMETRY_OPTOUT",),
    "az": ("AZURE_CORE_COLLECT_TELEMETRY",),
    "azd": ("AZURE_DEV_COLLECT_TELEMETRY",),
    "func": ("FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT",),
    "sam": ("SAM_CLI_TELEMETRY",),
    "vcpkg": ("VCPKG_DISABLE_METRICS",),
    "brew": ("HOMEBREW_NO_ANALYTICS",),
    "bun": (_COMMON,),
    "next": ("NEXT_TELEMETRY_DISABLED",),
    "nuxt": ("NUXT_TELEMETRY_DISABLED",),
    "nuxi": ("NUXT_TELEMETRY_DISABLED",),
    "gatsby": ("GATSBY_TELEMETRY_DISABLED",),
    "astro": ("ASTRO_TELEMETRY_DISABLED",),
    "turbo": ("TURBO_TELEMETRY_DISABLED", _COMMON),
    "wrangler": ("WRANGLER_SEND_METRICS",),
    "ng": ("NG_CLI_ANALYTICS",),
    "sls": ("SLS_TELEMETRY_DISABLED",),
    "serverless": ("SLS_TELEMETRY_DISABLED",),
    "huggingface-cli": ("HF_HUB_DISABLE_TELEMETRY", _COMMON),
    "hf": ("HF_HUB_DISABLE_TELEMETRY", _COMMON),
}
_RUNNERS = {"npx": 1, "bunx": 1, "pnpx": 1, "npm exec": 2, "pnpm exec": 2, "pnpm dlx": 2, "yarn dlx": 2, "yarn exec": 2}
_FIRST = 6  # words among which the tool of a runner is


def check(stage: Any) -> Iterator[Finding]:
    """Each tool once in a stage, where it is first run."""
    told: set[str] = set()
    for step in stage.own if stage.reached else ():
        commands = step.commands.items if step.name == "RUN" else ()
        inline = {one.name for command in commands for one in command.command.sets}
        for command in commands:
            program = _program(command)
            names = _SWITCHES.get(program, ()) if program not in told else ()
            if names and not any(name in inline or step.scope.get(name, step.at) is not None for name in names):
                told.add(program)
                yield Finding(command.span, f"`{program}` reports its use, and nothing sets `{names[0]}`")


def _program(command: Any) -> str:
    """The tool, also the one that a runner of packages runs."""
    words = [command.name, *(word for word in command.words[:_FIRST] if not word.startswith("-"))]
    skipped = _RUNNERS.get(words[0]) or _RUNNERS.get(" ".join(words[:2])) or 0
    return str(words[skipped]).partition("@")[0] if skipped < len(words) else ""
