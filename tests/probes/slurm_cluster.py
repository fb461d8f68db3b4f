"""A real SLURM on machines that are namespaces: a controller and some nodes, each with a feature.

SLURM's programs are those that are installed, or those below the folder in the variable ADVISE_SLURM, where the Debian packages slurmctld,
slurmd, slurm-client, slurm-wlm-basic-plugins and munge were unpacked (`dpkg -x`), with the libraries they need.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from namespaces import Machine, Network
from real_cluster import RealCluster, wait_until

FOLDER = Path(os.environ.get("ADVISE_SLURM", "/"))
LIBRARIES = FOLDER / "usr/lib/x86_64-linux-gnu"
STARTING_SECONDS = 60.0
CONFIGURATION = """
ClusterName=test
SlurmctldHost=head(10.77.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=/tmp/munge.socket
CredType=cred/munge
StateSaveLocation=/tmp/state
SlurmdSpoolDir=/tmp/spool
SlurmctldPidFile=/tmp/slurmctld.pid
SlurmdPidFile=/tmp/slurmd.pid
PluginDir={plugins}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdTimeout=10
MailProg=/bin/true
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
{nodes}
PartitionName=all Nodes={names} Default=YES MaxTime=60 State=UP
"""


def program(name: str) -> str:
    """Return the path of a program of SLURM; empty where there is none."""
    places = os.pathsep.join(str(FOLDER / place) for place in ("usr/sbin", "usr/bin"))
    return shutil.which(f"{name}-wlm", path=places) or shutil.which(name, path=places) or ""


def why_no_slurm() -> str:
    """Return why no SLURM can be started here; empty where it can."""
    needed = ("munged", "slurmctld", "slurmd", "srun", "salloc", "sinfo")
    missing = [name for name in needed if not program(name)]
    return f"SLURM is not installed: no {', '.join(missing)}" if missing else ""


class SlurmCluster(RealCluster):
    """A controller on the machine `head`, a node on every other.

    Args:
        features: machine → its feature, as SLURM's configuration says it.
    """

    address, label = "slurm:", "features"

    def __init__(self, network: Network, features: Mapping[str, str], cpus: int) -> None:
        folder = network.folder
        nodes = "\n".join(
            f"NodeName={name} NodeAddr={network[name].address} CPUs={cpus} Sockets=1 CoresPerSocket={cpus} ThreadsPerCore=1"
            f" RealMemory=1000 Feature={feature} State=UNKNOWN"
            for name, feature in features.items()
        )
        fields = {"plugins": LIBRARIES / "slurm-wlm", "nodes": nodes, "names": ",".join(features)}
        (folder / "slurm.conf").write_text(CONFIGURATION.format(**fields))
        (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o400)
        libraries = f"{LIBRARIES}:{LIBRARIES / 'slurm-wlm'}"
        path = f"{FOLDER / 'usr/bin'}:{os.environ['PATH']}"
        self.of_slurm = {"SLURM_CONF": str(folder / "slurm.conf"), "LD_LIBRARY_PATH": libraries, "PATH": path}
        super().__init__(network, self.of_slurm)
        for name in ("head", *features):
            self._munge(network[name])
        (network["head"].tmp / "state").mkdir()
        self._daemon("head", program("slurmctld"), "-D")
        for name in features:
            self.start_node(name)
        wait_until(lambda: self.states().count("idle") == len(features), STARTING_SECONDS, "no node became idle")

    def _munge(self, machine: Machine) -> None:
        key, socket = self.network.folder / "munge.key", machine.tmp / "munge.socket"
        files = ["--pid-file=/tmp/munged.pid", "--log-file=/tmp/munged.log", "--seed-file=/tmp/munged.seed"]
        self._daemon(machine.name, program("munged"), "--foreground", "--force", f"--key-file={key}", "--socket=/tmp/munge.socket", *files)  # fmt: skip
        wait_until(socket.exists, STARTING_SECONDS, "munge did not start")

    def start_node(self, name: str) -> None:
        """Start the daemon of a node."""
        self._daemon(name, program("slurmd"), "-D", "-N", name, "-d", program("slurmstepd"))

    def _daemon(self, name: str, *command: str) -> None:
        log = self.network.folder / f"{name}-{Path(command[0]).name}.log"
        self.network[name].start(command, self.variables, log)

    def states(self) -> list[str]:
        """Return the state of every node."""
        return self.ask("sinfo", "-h", "-N", "-o", "%T").split()

    def ask(self, *command: str) -> str:
        """Return what a program of SLURM prints on the head."""
        variables = [f"{name}={value}" for name, value in self.of_slurm.items()]
        return self.network["head"].run("env", *variables, *command).stdout

    def hold(self, seconds: float, *machines: str) -> None:
        """Use machines for something else for so long; return once it has begun."""
        command = ["salloc", f"-N{len(machines)}", "--exclusive", "-w", ",".join(machines), "sleep", f"{seconds:g}"]
        self.network["head"].start(command, self.variables, self.network.folder / "hold.log")
        wait_until(
            lambda: self.states().count("allocated") == len(machines), STARTING_SECONDS, "the nodes are not held"
        )
