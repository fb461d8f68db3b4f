"""A decision a team can read, run, re-check and change."""
