"""Small training jobs that ask this machine about frameworks: `probes.suite.measure` yields `probes.run.Run`."""
