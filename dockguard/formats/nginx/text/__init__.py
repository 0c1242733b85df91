"""A file of nginx as text: tokens, statements, comments, layout, and edits of it."""
