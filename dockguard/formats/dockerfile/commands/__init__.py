"""What the commands of a build and of an image do: accounts, packages, downloads, files."""
