"""Which deployment targets does a trained model reach, and does it compute the same there?

One small classifier with fixed weights is exported in a process of its own, then loaded by the target's runtime in
another, clean one. A target "works" if that runtime gives the numbers of NumPy, also for a batch of a size it was not
exported with; else it "fails" and `…_error` says at which stage and why. "absent": the framework has no exporter for it
that we know of. "timeout": it took too long. "not-installed": a package is missing, and `…_error` names it. ONNX Runtime and LiteRT run with every
training framework shut out; SavedModel is loaded by TensorFlow, torch.export by PyTorch, StableHLO by JAX, without the
code of the model; ExecuTorch by its Python runtime, which takes PyTorch's tensors (its C++ runtime needs none).
Size is what lies on disk. Latency is the median of 200 calls with one row, with other work on the machine: rough, and
of this machine's CPU only; it says nothing about a phone or a browser.
Void: nothing; a missing package is an outcome.
"""

QUESTION = "Which deployment formats does a model reach, and does it compute the same numbers there?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "targets_working": {"better": "higher"},
    "savedmodel": {},
    "savedmodel_error": {},
    "savedmodel_difference": {"better": "lower"},
    "savedmodel_kb": {"unit": "kB", "better": "lower"},
    "savedmodel_latency_us": {"unit": "us", "better": "lower", "exact": False},
    "onnx": {},
    "onnx_error": {},
    "onnx_difference": {"better": "lower"},
    "onnx_kb": {"unit": "kB", "better": "lower"},
    "onnx_latency_us": {"unit": "us", "better": "lower", "exact": False},
    "litert": {},
    "litert_error": {},
    "litert_difference": {"better": "lower"},
    "litert_kb": {"unit": "kB", "better": "lower"},
    "litert_latency_us": {"unit": "us", "better": "lower", "exact": False},
    "executorch": {},
    "executorch_error": {},
    "executorch_difference": {"better": "lower"},
    "executorch_kb": {"unit": "kB", "better": "lower"},
    "executorch_latency_us": {"unit": "us", "better": "lower", "exact": False},
    "torch_export": {},
    "torch_export_error": {},
    "torch_export_difference": {"better": "lower"},
    "torch_export_kb": {"unit": "kB", "better": "lower"},
    "torch_export_latency_us": {"unit": "us", "better": "lower", "exact": False},
    "stablehlo": {},
    "stablehlo_error": {},
    "stablehlo_difference": {"better": "lower"},
    "stablehlo_kb": {"unit": "kB", "better": "lower"},
    "stablehlo_latency_us": {"unit": "us", "better": "lower", "exact": False},
}
