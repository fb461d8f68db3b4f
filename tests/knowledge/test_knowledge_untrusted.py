"""What a pack may make a process do: choose a backend and look for top-level modules, nothing else."""

from __future__ import annotations

import pytest
from pack_folder import PackFolder

GOOD = "environment: {BETA_BACKEND: alpha}"


@pytest.mark.parametrize(
    "entry",
    [
        "{LD_PRELOAD: evil.so}",
        "{PYTHONPATH: /tmp/evil}",
        "{PATH: /tmp/evil}",
        "{TF_PLUGGABLE_DEVICE_LIBRARY_PATH: evil.so}",
        "{BETA_BACKEND: /tmp/evil.so}",
        "{BETA_BACKEND: 'a b'}",
        "{beta_backend: alpha}",
        "{'=_BACKEND': alpha}",
    ],
)
def test_no_variable_but_a_backend_is_set(folder: PackFolder, entry: str) -> None:
    folder.spoil("frameworks.yaml", GOOD, f"environment: {entry}")
    problem, *_ = folder.problems()
    assert problem.startswith("mine/frameworks.yaml:19:")


@pytest.mark.parametrize("module", ["torch.nn", "a-b", "", "..", "os.system('x')", "é"])
def test_modules_are_top_level_names(folder: PackFolder, module: str) -> None:
    folder.spoil("frameworks.yaml", "modules: [alpha]", f'modules: ["{module}"]')
    assert folder.problems()


@pytest.mark.parametrize("package", ["", "-", "a b", "a/b", "../x"])
def test_packages_are_names_of_distributions(folder: PackFolder, package: str) -> None:
    folder.spoil("frameworks.yaml", "packages: [alpha]", f'packages: ["{package}"]')
    assert folder.problems()
