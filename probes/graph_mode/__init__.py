"""Does the Python of a model run for every batch, or once to be traced, and what may it then do?

A model with one weight doubles a batch whose sum is positive and negates the others; the batches alternate. The
loss is known, so a branch that was decided once, while tracing, shows as a wrong number and not only as an error.
"In training" is a GradientTape loop in TensorFlow, a loop in PyTorch, `fit` in Keras, and in JAX a loop whose step is
under nnx.jit, as its users write it. For TensorFlow that is our
choice, the expert form: its tutorial for beginners uses compile and fit, which is measured here as Keras on
TensorFlow. "Compiled" is tf.function with AutoGraph, torch.compile (with its "eager" backend: the
same capture without the C++ compiler), jit_compile=True in Keras on TensorFlow and JAX, and in JAX the training itself.
"Whole graph" is the same
where the Python may not be split or rewritten: torch.compile with fullgraph=True, tf.function with autograph=False.
"Run eagerly" is Keras' own switch to run the Python of `fit` for every batch, and jax.disable_jit. A breakpoint is one of
Python's: what reaches into compiled code by other means (tf.print, jax.debug) is not asked. `compiled_body_runs` counts how often
the Python was run, or captured, for all batches in compiled training.
Exact: nothing is timed, nothing can void it but another version.
"""

QUESTION = "Is the model's Python run for every batch or traced, and does a plain `if` on data work in it?"
TIMED = False
MEASURES = {
    "batches": {},
    "body_runs": {},
    "execution": {},
    "breakpoint_reached": {"better": "higher"},
    "data_if_in_training": {},
    "data_if_in_training_error": {},
    "data_if_eager": {},
    "data_if_eager_error": {},
    "data_if_compiled": {},
    "data_if_compiled_error": {},
    "data_if_whole_graph": {},
    "data_if_whole_graph_error": {},
    "data_if_run_eagerly": {},
    "data_if_run_eagerly_error": {},
    "data_while_in_training": {},
    "data_while_in_training_error": {},
    "structured_op": {},
    "structured_op_error": {},
    "structured_op_compiled": {},
    "structured_op_compiled_error": {},
    "compiled_body_runs": {},
    "run_eagerly_body_runs": {},
    "session_api": {},
    "function_with_control_dependencies": {},
    "explicit_graph_needed": {},
}
