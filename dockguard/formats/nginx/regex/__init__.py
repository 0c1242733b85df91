"""Regular expressions as PCRE has them: what they match, capture and cost."""
