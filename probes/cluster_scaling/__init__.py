"""What do several nodes of a cluster really give? The same global batch on 1, 2 and 4 of them, in turn.

Each size trains in fresh processes, one per node. The gradient of every rank must be that of the whole batch in float64.
`step_ms_2` is a step on two nodes, `efficiency_2` the time on one over twice that on two: 1 means half the time.
`exchange_ms_2` is a step with a single row for each rank, where there is next to nothing to compute, less the same on one
node; `exchanged_mb` is what a rank has to send for it in an all-reduce. `link_mbit` is what a socket alone carries from the
second node to the first. `bound_by` is "network" where the exchange takes more than half of a step on the largest size.
Nodes that share a boot id are one machine: then gradients are compared, nothing is timed, and `across_machines`, by which
claims on several machines are judged, is not set.
Measured with `advise probe cluster-scaling --cluster ADDRESS` alone, on the processors of the nodes.
Void: a node that is lost meanwhile: "node_lost".
"""

QUESTION = "What do several nodes of a cluster give, by gradient, time and network?"
TIMED = False
DEPTH = "cluster"
MEASURES = {
    "mechanism": {},
    "across_machines": {},
    "api": {},
    "sharded": {},
    "sharded_api": {},
    "workers": {},
    "machines": {},
    "gradient_error": {"better": "lower"},
    "sharded_gradient_error": {"better": "lower"},
    "step_ms_1": {"unit": "ms", "better": "lower", "exact": False},
    "step_ms_2": {"unit": "ms", "better": "lower", "exact": False},
    "step_ms_4": {"unit": "ms", "better": "lower", "exact": False},
    "sharded_step_ms_2": {"unit": "ms", "better": "lower", "exact": False},
    "sharded_step_ms_4": {"unit": "ms", "better": "lower", "exact": False},
    "efficiency_2": {"better": "higher", "exact": False},
    "efficiency_4": {"better": "higher", "exact": False},
    "exchange_ms_2": {"unit": "ms", "better": "lower", "exact": False},
    "exchange_ms_4": {"unit": "ms", "better": "lower", "exact": False},
    "exchanged_mb": {"unit": "MiB"},
    "link_mbit": {"exact": False},
    "bound_by": {"exact": False},
}
