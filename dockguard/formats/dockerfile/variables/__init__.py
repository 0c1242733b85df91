"""Variables as BuildKit replaces them: scopes, forms, patterns."""
