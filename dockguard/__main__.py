"""`python -m dockguard`."""

from dockguard.cli import main

if __name__ == "__main__":
    main()
