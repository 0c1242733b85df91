"""Settings: found from the linted path upward, read strictly, never executed, with places for every mistake."""

from dockguard.config.find import discover, idle_globs, load
from dockguard.config.model import Config, Context, Entry, Loaded, PolicyName, StackFiles

__all__ = ["Config", "Context", "Entry", "Loaded", "PolicyName", "StackFiles", "discover", "idle_globs", "load"]
