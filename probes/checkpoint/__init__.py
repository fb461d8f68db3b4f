"""Does training go on after a restart exactly where it was, optimiser included, and is a checkpoint safe to open?

Five steps of Adam, a checkpoint, three more steps; a fresh process loads the checkpoint and does the same three steps.
"exact": every loss and weight is equal to the last bit; "close": within float32's rounding; "differs": the optimiser's
state or something else was lost. `foreign_code`: what opening a file does by default that carries somebody else's code:
"refused", "run", or "carries-none" where the format cannot hold any. PyTorch: torch.save of state dictionaries, a
pickled module as the foreign file. TensorFlow: tf.train.Checkpoint. Keras: a `.keras` file, with a Lambda layer as the
foreign code. Nothing is timed, nothing can void it.
"""

QUESTION = "Does a restart from a checkpoint continue exactly, and is the file safe to open?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "round_trip": {},
    "round_trip_error": {},
    "difference": {"better": "lower"},
    "checkpoint_kb": {"unit": "kB", "better": "lower"},
    "foreign_code": {},
    "foreign_code_error": {},
}
