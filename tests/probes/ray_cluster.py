"""A real Ray cluster for a test: a head without processors and labelled nodes, in a network of its own.

`python ray_cluster.py FOLDER LABEL…` is started inside `unshare --net`; it says the address, then removes the node that each line of
stdin names, as if its power were cut.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

STORE = 80_000_000


def main() -> None:
    folder, labels = Path(sys.argv[1]), sys.argv[2:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    os.environ |= {
        "RAY_agent_register_timeout_ms": "180000",
        "RAY_raylet_start_wait_time_s": "180",
    }  # of a busy machine
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = {}
    for label in labels:
        own = folder / label
        own.mkdir()
        lock = {"TMPDIR": str(own)}  # where the lock of a machine lies: these nodes are one machine
        nodes[label] = cluster.add_node(num_cpus=2, labels={"pool": label}, object_store_memory=STORE, env_vars=lock)
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        cluster.remove_node(nodes.pop(line.strip()), allow_graceful=False)
        sys.stdout.write("removed\n")
        sys.stdout.flush()
    cluster.shutdown()


if __name__ == "__main__":
    main()
