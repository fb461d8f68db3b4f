"""What bash, zsh and fish complete, each asked as a person asks it: at a prompt, by the Tab key."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect", reason="needs a POSIX pseudo-terminal")
if sys.platform == "win32":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

SHELLS: Mapping[str, tuple[str, ...]] = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config", "-i"),
}
SET_UP = {
    "bash": "PS1=; bind 'set enable-bracketed-paste off'; eval \"$(advise --show-completion)\"",
    "zsh": 'PS1=; autoload -Uz compinit; compinit -u; eval "$(advise --show-completion)"',
    "fish": "function fish_prompt; end; advise --show-completion | source",
}
COMPLETED = [
    ("--domain nlp", "--domain nlp-llm"),
    ("--deploy mobile,cloud", "--deploy mobile,cloud-server"),
    ("--domain=nlp", "--domain=nlp-llm"),
    ("--deploy=mobile,cloud", "--deploy=mobile,cloud-server"),
    ("what-if scale=sm", "what-if scale=small"),
    ("what-if hardware=cpu,nv", "what-if hardware=cpu,nvidia-gpu"),
    ("--weigh communi", "--weigh community="),
    ("why-not tens", "why-not tensorflow"),
    ("explain pytor", "explain pytorch"),
]


@pytest.mark.parametrize(
    "shell", [pytest.param(shell, marks=[] if shell == "bash" else pytest.mark.long) for shell in SHELLS]
)
def test_a_shell_completes_what_was_begun(shell: str, home: Path, environment: dict[str, str], tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    advise = tmp_path / "bin" / "advise"
    advise.parent.mkdir()
    advise.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m advisor "$@"\n')
    advise.chmod(0o755)
    env = environment | {"PATH": f"{advise.parent}:{environment['PATH']}", "TERM": "xterm", "HOME": str(home)}
    child = pexpect.spawn(
        program, list(SHELLS[shell]), env=env, cwd=str(home), encoding="utf-8", timeout=300, dimensions=(40, 200)
    )
    try:
        child.sendline(f"{SET_UP[shell]}; echo re''ady")
        child.expect("ready")
        for typed, completed in COMPLETED:
            child.send(f"advise {typed}\t")
            child.send("\x01printf '<%s>' \r")  # from the beginning of the line: print its words instead of running it
            child.expect(r"<advise>((?:<[^%<>]*>)+)")
            assert child.match.group(1) == "".join(f"<{word}>" for word in completed.split())
    finally:
        child.close(force=True)
