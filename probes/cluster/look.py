"""`python -m probes.cluster.look`: what a node is and has installed, as one JSON object; no framework is imported."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from probes.candidates import CANDIDATES, FRAMEWORKS
from probes.machine.system import machine_facts
from probes.parent.preflight import missing_modules

BOOT = Path("/proc/sys/kernel/random/boot_id")
"""Two nodes with one boot id are one machine. It is compared while a session lasts, and never stored."""
WARM_SECONDS = 1.0
"""More than a fresh Python that imports NumPy takes from a local disk: on slower file systems every deadline of starting grows."""


def main() -> None:
    """Print what this node is."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", "import numpy"], capture_output=True, timeout=300, check=False)
    slowness = max(1.0, (time.monotonic() - begin) / WARM_SECONDS)
    missing = missing_modules(list(CANDIDATES.values()), sys.executable)
    seen = {
        "machine": machine_facts(),
        "versions": installed_distributions(),
        "missing": {candidate.id: names for candidate, names in missing if names},
        "boot": BOOT.read_text().strip() if BOOT.exists() else "",
        "slowness": round(slowness, 1),
    }
    sys.stdout.write(json.dumps(seen) + "\n")


def installed_distributions() -> dict[str, str]:
    """Return the versions of the frameworks installed here, by module, without importing them."""
    versions: dict[str, str] = {}
    for framework in FRAMEWORKS.values():
        for module, choices in framework.distributions.items():
            for distribution in choices:
                with contextlib.suppress(PackageNotFoundError):
                    versions.setdefault(module, version(distribution.name))
    return versions


if __name__ == "__main__":
    main()
