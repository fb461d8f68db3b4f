"""START: what is installed where, by hardware, system, Python and target, and that the public index was seen to give it."""

from __future__ import annotations

import re

import pytest

from advisor.ask import make_profile
from advisor.knowledge.installing import Download, requirements_id
from advisor.knowledge.pack import Pack
from advisor.reasoning.start import Start, StartLine, start_of
from advisor.verification.machines import all_starts

TORCH = ("pytorch", "keras[torch]")
TENSORFLOW = ("tensorflow", "keras[tensorflow]")
JAX = ("jax", "keras[jax]")
ALL = (*TORCH, *TENSORFLOW, *JAX)


def start(pack: Pack, candidate: str, **answers: str | list[str]) -> Start:
    """Return how to start with a candidate; underscores in the names of questions stand for hyphens."""
    flags = {name.replace("_", "-"): [given] if isinstance(given, str) else given for name, given in answers.items()}
    return start_of(pack, make_profile(pack, flags), candidate)


def training(found: Start) -> list[StartLine]:
    return [line for line in found.lines if line.purpose == "train"]


def download(pack: Pack, line: StartLine) -> Download:
    return pack.downloads[requirements_id((*line.besides, *line.public))]


@pytest.mark.parametrize("candidate", ALL)
def test_nvidia_on_native_windows_never_gets_a_cpu_wheel(built_in: Pack, candidate: str) -> None:
    found = start(built_in, candidate, hardware="nvidia-gpu", os="windows-native")
    public = {requirement for line in found.lines for requirement in line.public}
    assert not [name for name in public if name.startswith(("torch", "tensorflow", "jax"))]
    if candidate in TORCH:
        assert "--index-url https://download.pytorch.org/whl/cu" in training(found)[0].command
    else:
        (line,) = training(found)
        assert not found.available and line.note is not None and "windows-wsl2" in line.note.en and not found.setup


@pytest.mark.parametrize("os", ["linux", "windows-wsl2"])
@pytest.mark.parametrize("candidate", ALL)
def test_nvidia_on_linux_gets_one_cuda(built_in: Pack, candidate: str, os: str) -> None:
    (line,) = training(start(built_in, candidate, hardware="nvidia-gpu", os=os))
    assert download(built_in, line).cuda == (12 if candidate in TENSORFLOW else 13)
    assert line.mb is not None and line.mb > 2000


def test_a_cpu_on_linux_gets_no_cuda(built_in: Pack) -> None:
    for candidate in ALL:
        found = start(built_in, candidate, hardware="cpu", os="linux")
        assert all(download(built_in, line).cuda is None for line in found.lines if line.public), candidate
        if candidate in TORCH:
            assert "https://download.pytorch.org/whl/cpu" in training(found)[0].command
    assert start(built_in, "keras[torch]", hardware="cpu", os="linux").setup == (
        'pip install "torch>=2.9,<2.16" --index-url https://download.pytorch.org/whl/cpu && pip install "keras>=3.15.1,<4"'
    )


@pytest.mark.parametrize("candidate", ALL)
@pytest.mark.parametrize("os", ["linux", "windows-native", "windows-wsl2"])
def test_amd_never_gets_cuda(built_in: Pack, candidate: str, os: str) -> None:
    found = start(built_in, candidate, hardware="amd-gpu", os=os)
    assert all(download(built_in, line).cuda is None for line in found.lines if line.public)
    assert not found.available or any(line.page.startswith("https://rocm.docs.amd.com/") for line in found.lines)


def test_a_tpu_gets_what_uses_it_and_only_that(built_in: Pack) -> None:
    assert "jax[tpu]" in start(built_in, "keras[jax]", hardware="tpu").setup
    assert "torch-tpu" in start(built_in, "pytorch", hardware="tpu", os="macos").setup
    assert not start(built_in, "keras[torch]", hardware="tpu").available
    (line,) = training(start(built_in, "tensorflow", hardware="tpu"))
    assert not line.command and line.page.startswith("https://docs.cloud.google.com/tpu/")


def test_a_mac_is_a_mac_wherever_it_is_asked_from(built_in: Pack) -> None:
    for answers in ({"hardware": "apple-silicon", "os": "linux"}, {"hardware": "apple-silicon"}, {"os": "macos"}):
        (line,) = training(start(built_in, "pytorch", **answers))
        assert line.platform == "macos" and line.mb is not None and line.mb < 500


def test_tensorflow_is_not_offered_for_a_python_it_has_no_wheel_for(built_in: Pack) -> None:
    for candidate in ALL:
        assert start(built_in, candidate, python="python-3-14").available == (candidate not in TENSORFLOW)


def test_what_was_detected_counts_where_nothing_was_answered(built_in: Pack) -> None:
    detected = {"os": "windows-native", "python": "python-3-13"}
    here = start_of(built_in, make_profile(built_in, {"hardware": ["cpu"]}, detected=detected), "pytorch")
    there = start_of(
        built_in, make_profile(built_in, {"hardware": ["cpu"], "os": ["linux"]}, detected=detected), "pytorch"
    )
    assert (here.platform, there.platform) == ("windows", "linux")
    assert "https://" not in here.setup and "https://download.pytorch.org/whl/cpu" in there.setup


@pytest.mark.parametrize(
    ("candidate", "answers", "wanted"),
    [
        ("pytorch", {"deploy": "mobile"}, ["executorch"]),
        ("keras[tensorflow]", {"deploy": "mobile"}, ["ai-edge-litert"]),
        ("tensorflow", {"deploy": "microcontroller"}, ["ai-edge-litert", "/microcontrollers/"]),
        ("pytorch", {"deploy": "microcontroller"}, ["executorch", "cortex-m"]),
        ("keras[torch]", {"deploy": "browser"}, ["onnxscript", "npm install onnxruntime-web"]),
        ("tensorflow", {"deploy": "browser"}, ["tf2onnx", "npm install onnxruntime-web"]),
        ("jax", {"deploy": "browser"}, ["jax2onnx", "npm install onnxruntime-web"]),
        ("pytorch", {"deploy": "edge-box"}, ["jetpack", 'pip install "onnxruntime']),
        ("pytorch", {"called_from": "java-kotlin"}, ["onnxscript", "Maven: com.microsoft.onnxruntime:onnxruntime"]),
        (
            "keras[tensorflow]",
            {"called_from": "java-kotlin"},
            ["tf2onnx", "Maven: com.microsoft.onnxruntime:onnxruntime"],
        ),
    ],
)
def test_a_target_gets_its_package(built_in: Pack, candidate: str, answers: dict[str, str], wanted: list[str]) -> None:
    beside = [line for line in start(built_in, candidate, **answers).lines if line.purpose != "train"]
    told = " ".join(f"{line.command} {line.page}" for line in beside)
    assert all(word in told for word in wanted), told


def test_an_answer_that_does_not_apply_brings_nothing(built_in: Pack) -> None:
    found = start(built_in, "tensorflow", deploy="none", trains_on_site="browser")
    assert {line.purpose for line in found.lines} == {"train"}


def test_a_course_that_ends_on_a_phone_gets_its_package(built_in: Pack) -> None:
    found = start(built_in, "pytorch", use_case="teaching-learning", deploy="mobile")
    assert "executorch" in " ".join(line.command for line in found.lines if line.purpose != "train")


def test_every_public_line_was_resolved_for_its_machine(built_in: Pack) -> None:
    lines = [line for _, _, found in all_starts(built_in) for line in found.lines if line.public]
    assert len(lines) > 1000
    assert {line.command for line in lines if line.mb is None or line.read is None} == set()


def test_every_address_is_a_source_of_the_pack(built_in: Pack) -> None:
    links = {source.link for source in built_in.sources.values()}
    for _, _, found in all_starts(built_in):
        for line in found.lines:
            assert not line.page or line.page in links
            assert set(re.findall(r"https://\S+", line.command)) <= links
            assert line.command or line.page or line.note


# --- several machines -----------------------------------------------------------------------------------------------------


def on(found: Start) -> list[tuple[list[dict[str, str]], str]]:
    """Return the machines of START and what is typed to train there, one pair for each that differs."""
    return [([dict(machine) for machine in start.machines], start.setup) for start in (found, *found.others)]


def of_machines(pack: Pack, candidate: str, hardware: list[str], os: list[str]) -> Start:
    return start_of(pack, make_profile(pack, {"hardware": hardware, "os": os}), candidate)


def test_each_machine_that_differs_has_its_own_line(built_in: Pack) -> None:
    starts = on(of_machines(built_in, "pytorch", ["nvidia-gpu", "apple-silicon"], ["windows-native", "macos"]))
    assert [machines for machines, _ in starts] == [
        [{"hardware": "nvidia-gpu", "os": "windows-native"}],
        [{"hardware": "apple-silicon", "os": "macos"}],
    ]
    assert "whl/cu" in starts[0][1] and "whl/" not in starts[1][1]


def test_machines_that_are_alike_are_told_once(built_in: Pack) -> None:
    starts = on(of_machines(built_in, "keras[jax]", ["nvidia-gpu", "tpu"], ["linux", "windows-wsl2"]))
    assert [[machine["os"] for machine in machines] for machines, _ in starts] == [["linux", "windows-wsl2"]] * 2


def test_the_system_counts_for_a_cpu_too(built_in: Pack) -> None:
    starts = on(of_machines(built_in, "pytorch", ["cpu"], ["linux", "macos"]))
    assert len(starts) == 2 and "whl/cpu" in starts[0][1]


def test_one_machine_is_told_as_before(built_in: Pack) -> None:
    found = start(built_in, "pytorch", hardware="nvidia-gpu", os="linux")
    assert found.machines == () and found.others == ()


@pytest.mark.parametrize("candidate", ["tensorflow", "keras[tensorflow]", "keras[torch]", "keras[jax]", "jax"])
def test_on_an_ascend_npu_only_pytorch_has_a_way(built_in: Pack, candidate: str) -> None:
    assert not start(built_in, candidate, hardware="ascend-npu").available
    assert start(built_in, "pytorch", hardware="ascend-npu").available


def test_an_intel_gpu_has_builds_of_pytorch_on_every_system(built_in: Pack) -> None:
    for os in ("linux", "windows-native", "windows-wsl2"):
        assert "whl/xpu" in start(built_in, "keras[torch]", hardware="intel-gpu", os=os).setup
        assert start(built_in, "jax", hardware="intel-gpu", os=os).available is (os == "linux")
