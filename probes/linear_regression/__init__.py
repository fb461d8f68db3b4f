"""Does the article's linear regression learn, and is the first gradient the one of the formula?

The job of §4.3 with its faults mended: targets of shape (N, 1), float32, full batches, the same data, start and
optimiser everywhere. Exact: nothing here compares speed; `train_seconds` contains the compilation and only
says what this small job took.
Void: nothing; where it does not learn, that is the answer.
"""

QUESTION = "Does a linear regression learn its weights, by the gradient of the textbook?"
TIMED = False
MEASURES = {
    "w1": {},
    "w2": {},
    "b": {},
    "test_mse": {"better": "lower"},
    "learned": {"better": "higher"},
    "gradient_error": {"better": "lower"},
    "gradient_agrees": {"better": "higher"},
    "train_seconds": {"unit": "s", "better": "lower", "exact": False},
}
