"""Sockets, and what TLS on them is."""
