"""A common mistake is seeded into a small training job: who says so, and does the report point at the faulty line?

Each bug is run where a beginner would meet it: a GradientTape loop in TensorFlow, a loop in PyTorch, `fit` in Keras.
Words: "named": an exception, and the last frame of the user's own file is the faulty line; "elsewhere": an exception,
but that frame is another line; "warns": no exception, a warning, wrong numbers; "silent": wrong numbers without a word;
"repaired": the framework did what was meant. `…_error` is the type of the exception or
the first warning; `…_depth` is the number of frames under the user's first call.

shape: a product of matrices that do not fit (`shape_both_shapes`: both inner sizes are in the message). dtype: an integer
matrix in a float product. device: a matrix on the CPU against one on an accelerator, in PyTorch and only where it sees
one: PyTorch's "meta" device is no stand-in (2.13 multiplies it with a CPU matrix without a word), and TensorFlow and JAX
place operands themselves.
gradient: a layer cut off from the loss. loss: cross-entropy meant for probabilities, given logits. trap: targets (N,)
against predictions (N, 1) in the framework's own mean squared error; trap_by_hand: in one that is written out.
A proxy: six seeded bugs in one small model say how errors are reported, not how long people look for them.
"""

QUESTION = "Is a seeded bug reported, at the line where it is?"
TIMED = False
MEASURES = {
    "bugs": {},
    "bugs_named": {"better": "higher"},
    "bugs_silent": {"better": "lower"},
    "shape": {},
    "shape_error": {},
    "shape_depth": {"better": "lower"},
    "shape_both_shapes": {"better": "higher"},
    "dtype": {},
    "dtype_error": {},
    "dtype_depth": {"better": "lower"},
    "device": {},
    "device_error": {},
    "device_depth": {"better": "lower"},
    "gradient": {},
    "gradient_error": {},
    "gradient_depth": {"better": "lower"},
    "loss": {},
    "loss_error": {},
    "loss_depth": {"better": "lower"},
    "trap": {},
    "trap_error": {},
    "trap_depth": {"better": "lower"},
    "trap_by_hand": {},
    "trap_by_hand_error": {},
    "trap_by_hand_depth": {"better": "lower"},
}
