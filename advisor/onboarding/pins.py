"""The versions a starter project asks for: those measured, else those installed, else the range of the pack.

A build with a local version (`2.13.0+cpu`) is not on the public index, which has another build of that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from advisor.evidence.collect import installed_versions
from advisor.evidence.stacks import distributions_of
from advisor.onboarding.kit import Kit
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


WHERE: Mapping[str, Text] = {
    "tensorflow-cpu": Text(en="Linux and Windows on x86-64", zh="x86-64 的 Linux 与 Windows"),
    "tensorflow": Text(en="any other machine", zh="其他机器"),
}
"""For people, which machines a distribution is for, where there are several."""
EVERY_STARTER = {"numpy": ">=1.26", "scikit-learn": ">=1.5"}
"""What every starter needs, and from which version on."""
VersionOrigin = Literal["measured", "other-build", "installed", "range"]
ORIGINS: Mapping[VersionOrigin, Text] = {
    "measured": Text(en="the measured one", zh="实测所用版本"),
    "other-build": Text(
        en="the measured version, of which another build was measured", zh="与实测版本相同，但实测的是另一种构建"
    ),
    "installed": Text(en="installed where this was written", zh="生成本文件时已安装的版本"),
    "range": Text(en="a range: not installed here", zh="本机未安装，只给出范围"),
}


class Pin(Struct, frozen=True):
    """One package a starter needs.

    Attributes:
        package: as it is imported.
        version: what is asked for, as pip writes it: `==2.13.0`, `>=1.5`, or nothing.
        origin: where that comes from.
    """

    package: str
    version: str
    origin: VersionOrigin

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """What is installed: one distribution, or one for each kind of machine."""
        nowhere = Text(en="", zh="")
        brings = distributions_of(self.package)
        return tuple(
            Wheel(distribution.name, distribution.marker, WHERE.get(distribution.name, nowhere))
            for distribution in brings
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


def _pin(module: str, installed: str, kit: Kit) -> Pin:
    measured = kit.lock.evidence.versions.get(module, "")
    if version := public_version(measured):
        return Pin(module, f"=={version}", "measured" if Version(measured).local is None else "other-build")
    if version := public_version(installed):
        return Pin(module, f"=={version}", "installed")
    return Pin(module, _range(module, kit), "range")


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
    return EVERY_STARTER.get(module, "")
