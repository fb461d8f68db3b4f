"""`advise` as a user meets it: what they type, what they have, and what they get back."""

from __future__ import annotations

import contextlib
import json
import os
import sysconfig
import venv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONPATH")
FRAMEWORKS = ("tensorflow", "torch", "keras", "jax")
AS_OF = "2026-11-23"

# A dozen projects: nothing known, one thing known, all known, and the corners where something is excluded.
PROFILES: Mapping[str, tuple[str, ...]] = {
    "unknown": ("--scale=unknown",),
    "large": ("--scale=large",),
    "small-cpu": ("--scale=small", "--hardware=cpu", "--use-case=prototype"),
    "research": (
        "--use-case=research",
        "--domain=nlp-llm",
        "--pretrained=fine-tune",
        "--flexibility=dynamic-control-flow",
    ),
    "teaching": ("--use-case=teaching-learning", "--team-skill=beginner", "--dev-efficiency=simplest"),
    "production": (
        "--use-case=engineering-production",
        "--deploy=cloud-server",
        "--deploy=mobile",
        "--longevity=long-regulated",
    ),
    "kept-tf1": ("--use-case=legacy-maintenance", "--existing-assets=tf1", "--existing-assets=tf2-keras"),
    "windows-gpu": ("--hardware=nvidia-gpu", "--os=windows-native", "--scale=medium"),
    "several-backends": ("--portability=must-multi-backend", "--scale=large"),
    "python-3-14": ("--python=python-3-14", "--domain=tabular"),
    "no-os": ("--hardware=tpu", "--os=unknown", "--existing-assets=jax"),
    "weighed": ("--scale=large", "--weigh=ease-of-use=major", "--weigh=community=ignore"),
}


@dataclass(frozen=True)
class CommandResult:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str
    seconds: float = 0.0

    @property
    def json(self) -> Any:
        """Return its output, or with an error code its error, as JSON."""
        return json.loads(self.out if self.out.strip() else self.err)

    @property
    def complaints(self) -> list[str]:
        """Return the lines of stderr that complain; anything else on stderr is a failure."""
        lines = self.err.splitlines()
        assert all(line.startswith("advise: ") for line in lines), self.err
        return [line.removeprefix("advise: ") for line in lines]


Advise = Callable[..., CommandResult]


def environment_of(home: Path, cache: Path) -> dict[str, str]:
    """Return the environment of a user who has nothing but this home."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    folders = {"HOME": home, "XDG_DATA_HOME": home / "data", "XDG_STATE_HOME": home / "state", "XDG_CACHE_HOME": cache}
    own = {name: str(folder) for name, folder in folders.items()}
    return kept | own | {"LC_ALL": "C.UTF-8", "TMPDIR": str(home)}  # its TMPDIR: no lock shared with other measurements


def processes_below(folder: Path) -> list[str]:
    """Return the command lines of the processes that work below a folder (Linux only)."""
    command_lines = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and folder in (entry / "cwd").readlink().parents:
                command_lines.append((entry / "cmdline").read_text().replace("\0", " "))
    return command_lines


def make_interpreter_without(missing: Iterable[str], folder: Path) -> Path:
    """Make an interpreter that sees every package of this one except some frameworks.

    Child processes are started with an environment of their own, so hiding modules from this process is not enough.
    """
    hidden = {"torch": ("torch", "functorch"), "jax": ("jax",), "keras": ("keras",), "tensorflow": ("tensorflow",)}
    prefixes = tuple(prefix for name in missing for prefix in hidden[name])
    venv.create(folder, symlinks=True, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.lower().startswith(prefixes):
            (site / entry.name).symlink_to(entry)
    return folder / "bin" / "python"
