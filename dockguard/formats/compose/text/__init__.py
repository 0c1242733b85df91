"""A Compose file as text: YAML with places, scalars as Go reads them, comments, and edits of it."""
