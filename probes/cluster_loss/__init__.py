"""A rank is killed in the middle of a job on several nodes: what do the others do, and can fewer go on?

The ranks train together; after the fifth step rank 0 hands on a checkpoint, and at the tenth the last rank ends itself by
SIGKILL. The survivors' word is that of `peer_loss`: "errors" (an exception can be caught), "dies" (the process is ended),
"hangs" (nothing within 30 s) or "continues"; the worst of them is told, with its seconds. Then one rank fewer resumes from the checkpoint:
`resumes` is "works" where it ends with the loss of a job that was never interrupted.
Measured with `advise probe cluster-loss --cluster ADDRESS` alone.
Void: fewer than two nodes: "unsupported".
"""

QUESTION = "What do the others do when a rank of a job on several nodes is killed?"
TIMED = False
DEPTH = "cluster"
USES = ("cluster_scaling",)
MEASURES = {
    "survivor": {},
    "survivor_error": {},
    "survivor_seconds": {"unit": "s", "better": "lower", "exact": False},
    "resumes": {},
    "resume_seconds": {"unit": "s", "better": "lower", "exact": False},
    "resumed_loss_error": {"better": "lower"},
    "workers": {},
    "machines": {},
    "api": {},
}
