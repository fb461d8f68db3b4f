"""How many samples a second does the framework's own input pipeline deliver, against a loop over NumPy arrays?

One pass over 8192 rows of 64 float32 held in memory: shuffled, each normalised, put into batches of 64, turned into the
framework's tensors; nothing is read from disk, nothing is trained, so this is the pipeline's own overhead per sample.
TensorFlow: tf.data with shuffle, map, batch, prefetch. PyTorch: a DataLoader over a map-style data set, in this process
(`samples_per_s`), and with two worker processes (`workers_samples_per_s`). Keras: a PyDataset that makes whole batches,
iterated as `fit` would. The NumPy loop does the same batch by batch and is timed in turn with it: `relative` is the
median of five ratios, 1 as fast as the loop. Rough; cheap per-sample work is the worst case for pipelines that call
Python per sample, decoding images would hide that.
Void: other processes used more than a tenth of the machine meanwhile: "too noisy".
"""

QUESTION = "How many samples a second does the input pipeline deliver, against a plain loop over arrays?"
TIMED = False
DEPTH = "full"
ALONE = True
QUIET = True
MEASURES = {
    "relative": {"better": "higher", "exact": False},
    "relative_lowest": {"better": "higher", "exact": False},
    "relative_highest": {"better": "higher", "exact": False},
    "samples_per_s": {"better": "higher", "exact": False},
    "workers_samples_per_s": {"better": "higher", "exact": False},
    "numpy_samples_per_s": {"better": "higher", "exact": False},
    "complete": {"better": "higher"},
}
