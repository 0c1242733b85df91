"""dockguard: a security policy linter for what containers and nginx will really run."""

__version__ = "0.1.0"
