"""Reads a repository, never running or importing anything of it: what is seen, which signals fire, which answers they propose."""
