"""The versions a starter project asks for: those measured, else those installed, else the range of the pack."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from advisor.evidence.collect import installed_versions
from advisor.onboarding.kit import Kit

# TensorFlow's CPU-only wheel exists for Linux and Windows on x86-64; elsewhere the plain one is the CPU build.
ON_X86 = "sys_platform != 'darwin' and (platform_machine == 'x86_64' or platform_machine == 'AMD64')"
ELSEWHERE = "sys_platform == 'darwin' or (platform_machine != 'x86_64' and platform_machine != 'AMD64')"
DISTRIBUTIONS: Mapping[str, Mapping[str, str]] = {
    "tensorflow": {"tensorflow-cpu": ON_X86, "tensorflow": ELSEWHERE},
}
"""Package → the distributions that bring it, each with where; the others have one, of the same name."""
ALWAYS = {"numpy": ">=1.26", "scikit-learn": ">=1.5"}
"""What every starter needs, and from which version on."""


@dataclass(frozen=True)
class Pin:
    """One line of `dependencies`: the requirement as a TOML string, and where its version comes from."""

    requirement: str
    origin: str


def pins(modules: Iterable[str], kit: Kit) -> list[Pin]:
    """Return what a starter needs.

    Args:
        modules: the framework's packages, as they are imported.
        kit: the runs' versions and the pack's ranges; whatever in them is no version is passed over.
    """
    wanted = (*modules, *ALWAYS)
    installed = installed_versions(wanted)
    return [pin for module in wanted for pin in _pins(module, installed.get(module, ""), kit)]


def _pins(module: str, installed: str, kit: Kit) -> Iterator[Pin]:
    measured = kit.lock.evidence.versions.get(module, "")
    if version := public(measured):
        wanted, origin = f"=={version}", kit.pick("the measured one", "实测所用版本")
    elif version := public(installed):
        wanted, origin = f"=={version}", kit.pick("installed where this was written", "生成本文件时已安装的版本")
    else:
        wanted, origin = _range(module, kit), kit.pick("a range: not installed here", "本机未安装，只给出范围")
    for name, where in DISTRIBUTIONS.get(module, {module: ""}).items():
        yield Pin(json.dumps(f"{name}{wanted}" + (f"; {where}" if where else "")), origin)


def public(version: str) -> str:
    """Return a version without its local part (`2.13.0+cpu`: an index has it as 2.13.0), "" if it is none."""
    try:
        return Version(version).public
    except InvalidVersion:
        return ""


def _range(module: str, kit: Kit) -> str:
    """Return the range the pack installs, as far as it is one (`===` takes any text)."""
    for word in kit.chosen.install.split():
        try:
            asked = Requirement(word.strip("\"'"))
        except InvalidRequirement:
            continue
        if asked.name == module and not any(one.operator == "===" for one in asked.specifier):
            return str(asked.specifier)
    return ALWAYS.get(module, "")
