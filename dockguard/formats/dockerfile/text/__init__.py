"""A Dockerfile as text: instructions, words, comments, what BuildKit refuses, and edits of it."""
