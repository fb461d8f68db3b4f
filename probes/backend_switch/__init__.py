"""Does the same Keras script give the same result on every backend, and do trained weights move between them?

One script, from the same weights on the same batches, is run in a fresh process on each backend; `same_loss`: the loss
curves agree within what float32 explains over twenty steps of Adam. Then the `.keras` file saved on this candidate's
backend is loaded on the others, in fresh processes, and asked for the same predictions: `to_…` "works", "fails" or
"not-installed"; `resume_on_…` says whether it can be trained further there, that is, loaded with its optimiser. The
others' processes have no backend but their own, as another machine might. TensorFlow and PyTorch alone have no other backend: `switch` "absent".
That a script of layers and `fit` moves says nothing about a custom `train_step`, which is written per backend.
"""

QUESTION = "Does one script give one result on three backends, and do its weights move?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "switch": {},
    "backends": {"better": "higher"},
    "same_loss": {"better": "higher"},
    "loss_difference": {"better": "lower"},
    "to_tensorflow": {},
    "to_torch": {},
    "to_jax": {},
    "resume_on_tensorflow": {},
    "resume_on_torch": {},
    "resume_on_jax": {},
    "to_error": {},
}
