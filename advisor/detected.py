"""The answers that this machine gives by itself: its operating system and its Python."""

from __future__ import annotations

import platform
import sys

from advisor.knowledge.pack import Pack


def detect_answers(pack: Pack) -> dict[str, str]:
    """Return the choices that this machine shows, by question: its operating system and Python."""
    python = f"python-3-{min(sys.version_info.minor, 14)}"
    machine = {"os": _detect_system(), "python": python}
    return {
        question.id: machine[question.detect]
        for question in pack.questions.values()
        if question.detect and machine[question.detect] in question.choice_ids
    }


def _detect_system() -> str:
    """Return the choice that stands for the operating system of this machine."""
    system = platform.system()
    if system == "Windows":
        return "windows-native"
    if system == "Darwin":
        return "macos"
    return "windows-wsl2" if "microsoft" in platform.release().lower() else "linux"
