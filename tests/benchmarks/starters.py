"""Does a newcomer get through the team's folder? In a fresh virtual environment, by the README inside it.

    python tests/benchmarks/starters.py [CANDIDATE ...] [--lang en|zh]

For every stack (all six, or those named): writes the folder with `advise onboard`, runs the commands of
`starter/README.md` exactly as they stand there, in a fresh virtual environment, then the exercises as they are
(each must fail) and their solutions (each must pass). Prints one line per stack with the time each part took; exit
code 1 where one failed. It downloads 0.5 to 3 GB per stack and takes minutes: not part of the tests, which do the same
with the packages of this interpreter (tests/onboarding/test_starter_runs.py).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STACKS = ("pytorch", "tensorflow", "keras[tensorflow]", "keras[torch]", "keras[jax]", "jax")
EXERCISES = 5
SOLVED = re.compile(r"^\d \w+: (solved|通过)$", re.MULTILINE)


def main() -> int:
    """Try the stacks asked for; return 0 if every starter project runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("candidates", nargs="*", default=STACKS, metavar="CANDIDATE")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    asked = parser.parse_args()
    through = True
    for candidate in asked.candidates:
        with tempfile.TemporaryDirectory() as home:
            outcome = try_starter(candidate, asked.lang, Path(home, "team"))
        through = through and outcome.startswith("ok")
        print(f"{candidate:20}{outcome}", flush=True)
    return 0 if through else 1


def try_starter(candidate: str, lang: str, folder: Path) -> str:
    """Return "ok" with the seconds of each part, or what failed."""
    options = ["--scale", "small", "--probe", "none", "--lang", lang, "--choose", candidate, "--because", "a trial"]
    written = run_command(
        [sys.executable, "-m", "advisor", "onboard", str(folder), *options], Path.cwd(), dict(os.environ)
    )
    if written.returncode:
        return f"not written: {written.stdout[-1000:]}"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "KERAS_BACKEND")}
    environment["HOME"] = str(folder.parent)
    begin = time.monotonic()
    readme = (folder / "starter" / "README.md").read_text("utf-8")
    commands = re.findall(r"```bash\n(.*?)```", readme, flags=re.DOTALL)[0]
    project = run_command(["bash", "-euo", "pipefail", "-c", commands], folder / "starter", environment)
    if project.returncode:
        return f"the README's commands stopped:\n{project.stdout[-3000:]}"
    middle = time.monotonic()
    python = str(folder / "starter" / ".venv" / "bin" / "python")
    before, after = (
        run_command([python, "check.py", *more], folder / "exercises", environment) for more in ([], ["--solutions"])
    )
    if before.returncode != 1 or SOLVED.search(before.stdout):
        return f"an exercise passes before it is done:\n{before.stdout}"
    if after.returncode or len(SOLVED.findall(after.stdout)) != EXERCISES:
        return f"a solution does not pass:\n{after.stdout}"
    reached = re.findall(r"^accuracy (\S+),", project.stdout, flags=re.MULTILINE)
    return (
        f"ok: accuracy {', '.join(reached)}; README {middle - begin:.0f} s, exercises {time.monotonic() - middle:.0f} s"
    )


def run_command(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command, with its errors in its output."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


if __name__ == "__main__":
    raise SystemExit(main())
