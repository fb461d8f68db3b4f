"""Where runs are kept, and how they become findings and beliefs: the only bridge to the probes."""
