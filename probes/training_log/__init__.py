"""Does the framework's own writer give TensorBoard what it can read, and what is imported on the way?

Three losses are written as the framework's documentation shows, in a process where nothing is shut out, and read back
by TensorBoard's own reader in another one. "works": the three values come back; they may have been written as
`scalars` or as `tensors`, which `written_as` says. `imports_tensorflow`: writing imported TensorFlow although the
candidate is another: seconds and hundreds of megabytes. "not-installed": a package is missing, and the error names it.
PyTorch: SummaryWriter. TensorFlow: tf.summary. Keras: its TensorBoard callback in `fit`.
"""

QUESTION = "Can TensorBoard read what the framework writes, and what does writing import?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "log": {},
    "log_error": {},
    "written_as": {},
    "imports_tensorflow": {"better": "lower"},
}
