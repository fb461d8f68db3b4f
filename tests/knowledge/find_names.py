"""Say which dotted names a framework does not have, and which arguments they do not take.

python find_names.py < {"as": "tf", "module": "tensorflow", "names": ["tf.Tensor", "torch.optim.Adam(lr=0.1)"]}
"""

from __future__ import annotations

import inspect
import json
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any


def is_reachable(module: Any, dotted: str, argument: str) -> bool:
    """Return whether a name can be reached from a module, and takes an argument where one is given."""
    at, path = module, module.__name__
    for part in dotted.split(".")[1:]:
        path = f"{path}.{part}"
        if not hasattr(at, part):
            with suppress(ImportError):
                import_module(path)
        if not hasattr(at, part):
            return False
        at = getattr(at, part)
    if not argument:
        return True
    parameters = inspect.signature(at).parameters
    return argument in parameters or any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    module = import_module(asked["module"])
    wrong = []
    for name in asked["names"]:
        dotted, _, call = name.partition("(")
        if not is_reachable(module, dotted, call.partition("=")[0]):
            wrong.append(name)
    json.dump(wrong, sys.stdout)
