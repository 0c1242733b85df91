"""Where a configuration runs: its container's files, templates, release, and what the program writes there."""
