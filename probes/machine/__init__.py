"""What is about the machine: its facts, its lock, its processes, its accelerators, and what else runs on it."""
