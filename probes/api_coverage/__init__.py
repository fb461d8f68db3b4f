"""Of a checklist of operations, how many does the framework's own interface have, and do they compute the right thing?

Every operation of `checklist.py` is called on small inputs and compared with NumPy; a name that merely exists counts for
nothing. Covered by one expression of the framework itself, as its documentation has it: what can be put together by
hand, or by leaving for NumPy, does not count. For TensorFlow tf.keras.ops is not used, for Keras nothing of its backend.
The list is ours: common operations of training code, and a few kinds of data that tell the frameworks apart. Numbers of
public names are no measure; this one is a sample too, of what most projects meet.
Nothing is timed, nothing can void it.
"""

QUESTION = "How many operations of a checklist does the framework have, and are their results right?"
TIMED = False
DEPTH = "full"
ALONE = True
MEASURES = {
    "covered": {"better": "higher"},
    "of": {},
    "tensors": {"better": "higher"},
    "mathematics": {"better": "higher"},
    "linear_algebra": {"better": "higher"},
    "neural": {"better": "higher"},
    "transformations": {"better": "higher"},
    "kinds_of_data": {"better": "higher"},
    "missing": {},
    "wrong": {},
}
