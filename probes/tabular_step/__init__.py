"""How good is a small net on a real table, how long does it train, and how does gradient boosting do beside it?

The table is the breast cancer data that ships in scikit-learn (569 rows, 30 columns, two classes), three quarters of it
to train on. Timed: one step, as in training-step. Apart from it: `train_seconds`, 20 epochs of steps that are compiled
already, and the accuracy they reach on the last quarter (143 rows: one row is 0.7 %).
The NumPy process of each block also fits scikit-learn's histogram gradient boosting with its default settings:
`boosting_seconds`, its fit alone, and `boosting_accuracy`.
Void: another result than the NumPy reference, no steady state, a busy machine. One small table: it shows that a net must
first beat this baseline, not which is better for another table.
"""

QUESTION = "How does a small net train on a real table, and how does gradient boosting do beside it?"
TIMED = True
DEPTH = "full"
DOMAINS = ("tabular",)
MEASURES: dict[str, dict[str, object]] = {
    "accuracy": {"better": "higher"},
    "train_seconds": {"unit": "s", "better": "lower", "exact": False},
    "boosting_accuracy": {"better": "higher"},
    "boosting_seconds": {"unit": "s", "better": "lower", "exact": False},
}

PRODUCTION = True
USES = ("training_step",)
