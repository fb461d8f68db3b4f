"""A real Ray on machines that are namespaces: a head without processors, and a raylet with a label on every other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec

from namespaces import NOBODY, Network
from real_cluster import RealCluster, wait_until

PYTHON = os.environ.get("ADVISE_CLUSTER_PYTHON", "")
"""The Python that has Ray, where it is not that of these tests."""
STORE = 80_000_000
PORT = 6379
STARTING_SECONDS = 180.0
HOLDING = """
import sys, time, ray
seconds, pools = float(sys.argv[1]), sys.argv[2:]
ray.init('auto', log_to_driver=False)
@ray.remote(num_cpus=1)
class Holder:
    def here(self): return True
holders = [Holder.options(label_selector={'pool': pool}).remote() for pool in pools]
ray.get([holder.here.remote() for holder in holders])
print('held')
time.sleep(seconds)
"""


def why_no_ray() -> str:
    """Return why no Ray can be started here; empty where it can."""
    return "" if PYTHON or find_spec("ray") else "Ray is not installed (the extra `cluster`)"


class RayCluster(RealCluster):
    """A head on the machine `head`.

    Args:
        pools: machine → the value of its label `pool`.
        token: of a cluster that lets in only those who have it; empty for an open one.
        pythons: machine → another interpreter there.
    """

    address, label = "ray:auto", "pool"

    def __init__(
        self,
        network: Network,
        pools: Mapping[str, str],
        cpus: int = 2,
        token: str = "",
        pythons: Mapping[str, str] = NOBODY,
    ) -> None:
        of_ray = {"HOME": "/tmp", "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
        super().__init__(network, of_ray)
        self.python = PYTHON or sys.executable
        self.options = ("--worker-python", self.python)
        self.of_daemons = {**self.variables, **({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token} if token else {})}
        self.cpus, self.pools, self.pythons = cpus, pools, pythons
        head = network["head"]
        self.head_address = f"{head.address}:{PORT}"
        self._ray("head", "--head", f"--port={PORT}", "--num-cpus=0", "--include-dashboard=false")
        wait_until(self._listens, STARTING_SECONDS, "the head did not start")
        for name in pools:
            self.start_node(name)
        wait_until(lambda: self.living() == 1 + len(pools), STARTING_SECONDS, "a raylet did not join")

    def living(self) -> int:
        """Return how many raylets there are, the head's among them."""
        return int(
            self.ask(
                "import ray; ray.init('auto', log_to_driver=False); print(sum(node['Alive'] for node in ray.nodes()))"
            )
            or 0
        )

    def ask(self, code: str) -> str:
        """Return the last line that a program prints that joins the cluster on its head."""
        command = self.network["head"].command(self.python, "-c", code)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.of_daemons)
        return done.stdout.strip().split("\n")[-1]

    def hold(self, seconds: float, *machines: str) -> None:
        """Use machines for something else for so long; return once it has begun."""
        log = self.network.folder / "hold.log"
        log.unlink(missing_ok=True)
        command = [self.python, "-u", "-c", HOLDING, f"{seconds:g}", *(self.pools[name] for name in machines)]
        self.network["head"].start(command, self.of_daemons, log)
        wait_until(lambda: log.exists() and "held" in log.read_text(), STARTING_SECONDS, "the nodes are not held")

    def start_node(self, name: str) -> None:
        """Start the raylet of a machine."""
        self._ray(
            name, f"--address={self.head_address}", f"--num-cpus={self.cpus}", f"--labels=pool={self.pools[name]}"
        )

    def _ray(self, name: str, *options: str) -> None:
        machine = self.network[name]
        common = [
            f"--node-ip-address={machine.address}",
            "--block",
            "--disable-usage-stats",
            f"--object-store-memory={STORE}",
        ]
        command = [self.pythons.get(name, self.python), "-m", "ray.scripts.scripts", "start", *options, *common]
        machine.start(command, self.of_daemons, self.network.folder / f"{name}-ray.log")

    def _listens(self) -> bool:
        knock = f"import socket; socket.create_connection(('{self.network['head'].address}', {PORT}), 1)"
        return self.network["head"].run(sys.executable, "-c", knock).returncode == 0
