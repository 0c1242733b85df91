"""Rule pages are tests."""

pytest_plugins = ["dockguard.pytest_plugin"]
