"""How a model becomes a Job the harness can time and the gate can look into: one file per framework, one for NumPy."""
