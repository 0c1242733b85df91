"""Policies: a standard's controls as data, the rules that hold each one, with their options, severities and gate."""
