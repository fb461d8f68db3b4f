"""Measuring on the nodes of a cluster: an engine finds nodes, reserves them whole, starts `python -m probes` there and carries its lines back."""
