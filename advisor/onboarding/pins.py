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
    """

    package: str
    version: str
    origin: VersionOrigin

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """What is installed: one distribution, or one for each kind of machine."""
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
    measured_version = kit.lock.evidence.versions.get(module, "")
    if version := public_version(measured_version):
        return Pin(module, f"=={version}", "measured" if Version(measured_version).local is None else "other-build")
    if version := public_version(installed_version):
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
