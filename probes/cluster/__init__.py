"""Measuring on the nodes of a cluster: an engine reserves them whole, starts `python -m probes`, and carries lines back."""
