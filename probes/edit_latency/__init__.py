"""How long does one wait after changing a line, until the first training step is done?

The change is the width of a layer, new each time, so that nothing compiled before fits. Counted: a fresh process, the
import, building the model, its first step (where TensorFlow and JAX trace and compile). `edit_s` is the framework's
default way: a GradientTape loop in TensorFlow, a loop in PyTorch, `fit` in Keras. `edit_compiled_s` the same with
tf.function, torch.compile (with a C++ compiler; else not measured) and jit_compile=True. A median of three and one
single value: rough, a proxy for how quickly ideas are tried on small models; what a debugger or a notebook that stays
open would save is not counted. Other frameworks and optional packages are kept out as for every candidate.
Void: other processes used more than a tenth of the machine meanwhile: "too noisy".
"""

QUESTION = "How many seconds pass from changing a line to the end of the first training step?"
TIMED = False
DEPTH = "full"
ALONE = True
QUIET = True
MEASURES = {
    "edit_s": {"unit": "s", "better": "lower", "exact": False},
    "edit_lowest_s": {"unit": "s", "better": "lower", "exact": False},
    "edit_highest_s": {"unit": "s", "better": "lower", "exact": False},
    "edit_compiled_s": {"unit": "s", "better": "lower", "exact": False},
    "edit_compiled_error": {},
}
