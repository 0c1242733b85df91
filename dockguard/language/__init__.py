"""The check language: expressions over facts, messages, and their types."""
