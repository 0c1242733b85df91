"""The formats, in the order in which they assemble; this tuple is the only list of them."""
