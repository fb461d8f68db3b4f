"""The versions a starter project asks for: those measured, else those installed, else the range of the pack.

A build with a local version (`2.13.0+cpu`) is not on the public index, which has another build of that version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from advisor.evidence.collect import installed_versions
from advisor.evidence.stacks import distributions_of
from advisor.onboarding.kit import Kit
from advisor.sentences import text
from advisor.text import Text


class Wheel(Struct, frozen=True):
    """One of the distributions that bring a package, and the machines it is for.

    Attributes:
        name: on the index.
        marker: of the machines, as pip reads it.
        where: the same for people.
    """

    name: str
    marker: str
    where: Text


WHERE: Mapping[str, str] = {
    "tensorflow-cpu": "pins.linux-and-windows-on-x86-64",
    "tensorflow": "pins.any-other-machine",
}
"""Distribution → the sentence for people that says which machines it is for, where there are several."""
EVERY_STARTER = {"numpy": ">=1.26", "scikit-learn": ">=1.5"}
"""What every starter needs, and from which version on."""
FOR_TARGETS = {
    "flatbuffers": ">=24.3",
    "ai-edge-litert": ">=1.2",
    "onnx": ">=1.17",
    "onnxscript": ">=0.3",
    "onnxruntime": ">=1.20",
}
"""What a starter needs to get its model to its target, and from which version on."""
VersionOrigin = Literal["measured", "other-build", "installed", "range"]
ORIGINS: Mapping[VersionOrigin, str] = {
    "measured": "pins.measured",
    "other-build": "pins.another-build-was-measured",
    "installed": "pins.installed",
    "range": "pins.only-a-range",
}
"""Where a version comes from → its sentence."""


class Pin(Struct, frozen=True):
    """One package a starter needs.

    Attributes:
        package: as it is imported.
        version: what is asked for, as pip writes it: `==2.13.0`, `>=1.5`, or nothing.
        origin: where that comes from.
        accelerated: whether it is for machines with an accelerator, so that no build for CPUs alone will do.
    """

    package: str
    version: str
    origin: VersionOrigin
    accelerated: bool = False

    @property
    def measured(self) -> bool:
        """Whether this version was measured."""
        return self.origin in ("measured", "other-build")

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """What is installed: one distribution, or one for each kind of machine."""
        if self.accelerated:
            return (Wheel(self.package, "", Text(en="", zh="")),)
        nowhere = Text(en="", zh="")
        where = {name: text(id) for name, id in WHERE.items()}
        return tuple(
            Wheel(distribution.name, distribution.marker, where.get(distribution.name, nowhere))
            for distribution in distributions_of(self.package)
        )


def pins(modules: Iterable[str], kit: Kit) -> list[Pin]:
    """Return what a starter needs.

    Args:
        modules: the framework's packages, as they are imported.
        kit: the runs' versions and the pack's ranges; whatever in them is no version is passed over.
    """
    packages = (*modules, *EVERY_STARTER)
    installed = installed_versions(packages)
    return [_pin(module, installed.get(module, ""), kit) for module in packages]


def _pin(module: str, installed_version: str, kit: Kit) -> Pin:
    accelerated = module in kit.chosen.modules and has_accelerator(kit)
    measured_version = kit.lock.evidence.versions.get(module, "")
    if version := public_version(measured_version):
        origin: VersionOrigin = "measured" if Version(measured_version).local is None else "other-build"
        return Pin(module, f"=={version}", origin, accelerated)
    if version := public_version(installed_version):
        return Pin(module, f"=={version}", "installed", accelerated)
    return Pin(module, _range(module, kit), "range", accelerated)


def has_accelerator(kit: Kit) -> bool:
    """Whether the answers name an accelerator to train on."""
    return bool(set(kit.advice.profile.known("hardware")) - {"cpu"})


def pinned_command(command: str, pins: Iterable[Pin]) -> str:
    """Return a command that installs with the exact versions of a starter in place of ranges.

    A build for an accelerator would otherwise be replaced when the starter asks for another version.
    """
    version_by_package = {pin.package: pin.version for pin in pins if pin.version.startswith("==")}

    def pinned(match: re.Match[str]) -> str:
        try:
            requirement = Requirement(match[1])
        except InvalidRequirement:
            return match[0]
        if requirement.name not in version_by_package:
            return match[0]
        extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
        return f'"{requirement.name}{extras}{version_by_package[requirement.name]}"'

    return re.sub(r'"([^"]+)"', pinned, command)


def public_version(version: str) -> str:
    """Return a version without its local part (`2.13.0+cpu`: an index has it as 2.13.0), "" if it is none."""
    try:
        return Version(version).public
    except InvalidVersion:
        return ""


def _range(module: str, kit: Kit) -> str:
    """Return the range the pack installs, as far as it is one (`===` takes any text)."""
    for word in kit.chosen.install.split():
        try:
            requirement = Requirement(word.strip("\"'"))
        except InvalidRequirement:
            continue
        if requirement.name == module and not any(bound.operator == "===" for bound in requirement.specifier):
            return str(requirement.specifier)
    return {**EVERY_STARTER, **FOR_TARGETS}.get(module, "")
