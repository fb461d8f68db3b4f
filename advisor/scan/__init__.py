"""Reads a repository without running anything of it: what is seen, which signals fire, what they propose."""
