"""Do SGD, RMSprop, Adam and AdamW walk the same path in every framework, given the same constants?

Twenty steps on a quadratic from one start, compared with NumPy in float64. Two definitions of the small constant are in
use and both are tried, with one large enough (0.01) to tell them apart: Adam adds it after the bias correction
(algorithm 1 of Kingma & Ba 2015) or before it (the variant at the end of their section 2); RMSprop adds it outside or
inside the root. AdamW's decay is decoupled from the gradient (Loshchilov & Hutter 2019). "same": the path of one of
the definitions, which `…_definition` names; "differs": of none. Defaults are read, not judged: they differ too.
Equal paths are about meaning, not speed; nothing can void it.
"""

QUESTION = "Do SGD, RMSprop, Adam and AdamW follow the textbook's path?"
TIMED = False
MEASURES = {
    "optimizers_same": {"better": "higher"},
    "sgd": {},
    "sgd_definition": {},
    "sgd_error": {"better": "lower"},
    "rmsprop": {},
    "rmsprop_definition": {},
    "rmsprop_error": {"better": "lower"},
    "adam": {},
    "adam_definition": {},
    "adam_error": {"better": "lower"},
    "adamw": {},
    "adamw_definition": {},
    "adamw_error": {"better": "lower"},
    "default_adam_epsilon": {},
    "default_rmsprop_decay": {},
    "default_adamw_decay": {},
}
