"""A policy in force: what it says laid over the configuration, or below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockguard.config import Config
from dockguard.policy.model import Policy
from dockguard.record import replace

Options = Mapping[str, Mapping[str, Any]]


def over(policy: Policy, config: Config) -> Config:
    """For a policy of the command line: its options, severities and gate beat the configuration's."""
    return replace(
        config,
        options=_merged(config.options, policy.options),
        severities={**config.severities, **policy.severities},
        fail_on=policy.fail_on,
    )


def under(policy: Policy, config: Config) -> Config:
    """For a policy that the configuration names: the configuration's own words beat it."""
    layers = list(config.layers)
    at = max(at for at, layer in enumerate(layers) if layer.policy)
    layers[at] = replace(layers[at], rules=policy.rules)
    return replace(
        config,
        layers=tuple(layers),
        options=_merged(policy.options, config.options),
        severities={**policy.severities, **config.severities},
        fail_on=config.fail_on or policy.fail_on,
    )


def _merged(below: Options, above: Options) -> dict[str, Mapping[str, Any]]:
    return {id: {**below.get(id, {}), **above.get(id, {})} for id in sorted({*below, *above})}
