"""What the optimisers of a job are set to, in words that mean the same for PyTorch and Keras.

Two optimisers of one name may be other computations: `weight_decay` of PyTorch's Adam is added to the gradient, that of Keras
and of AdamW shrinks the weights (docs of `torch.optim.Adam` and `AdamW`, of `keras.optimizers.Optimizer`).
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BASES = (("torch.optim", "Optimizer"), ("keras.optimizers", "Optimizer"))
"""Where the classes lie that every optimiser is made from, by module and name."""
OF_PYTORCH = {
    "lr": "rate", "eps": "epsilon", "alpha": "rho", "momentum": "momentum", "nesterov": "nesterov",
    "amsgrad": "amsgrad", "centered": "centered", "weight_decay": "decay", "dampening": "dampening",
}  # fmt: skip
OF_KERAS = {
    "epsilon": "epsilon", "rho": "rho", "momentum": "momentum", "nesterov": "nesterov", "amsgrad": "amsgrad",
    "centered": "centered", "weight_decay": "decay", "beta_1": "beta1", "beta_2": "beta2",
}  # fmt: skip
"""What the settings are called there → what they are called here."""
COUPLED, DECOUPLED = "added to the gradient", "apart from the gradient"
CLOSE = 1e-6
"""Settings kept in single precision are equal within this."""


@dataclass(frozen=True)
class Optimiser:
    """An optimiser: its name in small letters, and its settings; what is switched off is left out."""

    name: str
    settings: Mapping[str, float | str] = field(default_factory=dict)

    def __str__(self) -> str:
        settings = (f"{name} {_shown(value)}" for name, value in self.settings.items())
        return f"{self.name} ({', '.join(settings)})"


@contextlib.contextmanager
def recording() -> Iterator[list[Any]]:
    """Yield a list that gets every optimiser of an imported framework that is made while the block runs."""
    made: list[Any] = []
    with contextlib.ExitStack() as wrapped:
        for module, name in BASES:
            if module in sys.modules:
                wrapped.enter_context(_recording_class(getattr(sys.modules[module], name), made))
        yield made


@contextlib.contextmanager
def _recording_class(base: type, made: list[Any]) -> Iterator[None]:
    """Add what is made of a class or one derived from it to a list while the block runs."""
    original = base.__init__  # type: ignore[misc]

    @functools.wraps(original)
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        """Make it as ever."""
        original(self, *arguments, **named)
        if not any(other is self for other in made):
            made.append(self)

    base.__init__ = init  # type: ignore[misc]
    try:
        yield
    finally:
        base.__init__ = original  # type: ignore[misc]


def describe_optimisers(made: Sequence[Any]) -> tuple[Optimiser, ...]:
    """Return what optimisers of PyTorch and Keras are set to, in the order of their description; those of others are left out."""
    described = [optimiser for each in made for optimiser in _described(each)]
    return tuple(sorted(described, key=str))


def differences(actual: Sequence[Optimiser], expected: Sequence[Optimiser]) -> str:
    """Return how optimisers differ, with both settings; empty where they do not, or where those of one side are not known."""
    if not actual or not expected:
        return ""
    if len(actual) != len(expected):
        return f"{len(actual)} instead of {len(expected)}"
    for one, other in zip(actual, expected, strict=True):
        if one.name != other.name:
            return f"{one} instead of {other}"
        names = [name for name in {**one.settings, **other.settings} if not _equal(one, other, name)]
        if names:
            return (
                ", ".join(
                    f"{name} {_shown(one.settings.get(name))} instead of {_shown(other.settings.get(name))}"
                    for name in names
                )
                + f" ({one.name})"
            )
    return ""


def _equal(one: Optimiser, other: Optimiser, name: str) -> bool:
    """Return whether a setting of two optimisers is the same."""
    first, second = one.settings.get(name), other.settings.get(name)
    if isinstance(first, float) and isinstance(second, float):
        return abs(first - second) <= CLOSE * max(abs(first), abs(second))
    return first == second


def _shown(value: float | str | None) -> str:
    """Return a setting in words."""
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _described(optimizer: Any) -> Iterator[Optimiser]:
    """Yield what one optimiser is set to, once for each group of parameters with other settings."""
    if hasattr(optimizer, "param_groups"):
        groups = [_of_pytorch(type(optimizer).__name__, group) for group in optimizer.param_groups]
        yield from {str(group): group for group in groups}.values()
    elif hasattr(optimizer, "get_config"):
        yield _of_keras(type(optimizer).__name__, optimizer.get_config(), float(optimizer.learning_rate))


def _of_pytorch(kind: str, group: Mapping[str, Any]) -> Optimiser:
    """Return the settings of a group of parameters of PyTorch."""
    settings = {"rate": float(group["lr"])} | _renamed(group, OF_PYTORCH)
    if "betas" in group:
        settings |= {"beta1": float(group["betas"][0]), "beta2": float(group["betas"][1])}
    decoupled = kind.lower().endswith("adamw") or group.get("decoupled_weight_decay", False)
    return _optimiser(kind, settings, DECOUPLED if decoupled else COUPLED)


def _of_keras(kind: str, config: Mapping[str, Any], rate: float) -> Optimiser:
    """Return the settings of an optimiser of Keras; where its rate follows a schedule, that of its present step."""
    return _optimiser(kind, {"rate": rate} | _renamed(config, OF_KERAS), DECOUPLED)


def _renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, float | str]:
    """Return the settings that are known here, under their names here; those that are switched off are left out."""
    known = {names[name]: value for name, value in given.items() if name in names and value is not None}
    return {name: "on" if value is True else float(value) for name, value in known.items() if value or name == "rate"}


def _optimiser(kind: str, settings: Mapping[str, float | str], way: str) -> Optimiser:
    """Return an optimiser whose decay, if it has any, says how it is applied; AdamW is Adam with one apart from the gradient."""
    name = kind.lower().removesuffix("w") if kind.lower() == "adamw" else kind.lower()
    in_order = dict(sorted(settings.items(), key=lambda setting: (setting[0] != "rate", setting[0])))
    return Optimiser(name, in_order | ({"decay is": way} if settings.get("decay") else {}))
