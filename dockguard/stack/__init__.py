"""The running system: its words, and how its pieces find each other."""
