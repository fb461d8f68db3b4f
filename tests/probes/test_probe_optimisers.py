"""What optimisers are set to, told in words that mean the same for PyTorch and Keras."""

from __future__ import annotations

from typing import Any

import pytest

from probes.optimiser_settings import COUPLED, DECOUPLED, Optimiser, describe_optimisers, differences, recording


class PyTorchs:
    """An optimiser with what those of PyTorch tell of themselves."""

    def __init__(self, **group: Any) -> None:
        self.param_groups = [group]


class Adam(PyTorchs):
    """Adam of PyTorch."""


class AdamW(PyTorchs):
    """AdamW of PyTorch."""


class Keras:
    """Adam of Keras."""

    learning_rate = 1e-3

    def __init__(self, **config: Any) -> None:
        self.config = config

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return self.config


Keras.__name__ = "Adam"
PLAIN = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-7, "weight_decay": 0, "amsgrad": False, "foreach": None}
OF_KERAS = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "weight_decay": None, "amsgrad": False, "name": "adam"}


def compared(one: Any, other: Any) -> str:
    return differences(describe_optimisers([one]), describe_optimisers([other]))


def test_one_optimiser_is_the_same_in_both() -> None:
    assert compared(Adam(**PLAIN), Keras(**OF_KERAS)) == ""
    assert compared(AdamW(**PLAIN | {"weight_decay": 0.01}), Keras(**OF_KERAS | {"weight_decay": 0.01})) == ""
    assert compared(Adam(**PLAIN | {"lr": 1e-3 * (1 + 1e-8)}), Keras(**OF_KERAS)) == ""


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (
            Adam(**PLAIN | {"weight_decay": 5e-4}),
            Keras(**OF_KERAS | {"weight_decay": 5e-4}),
            f"decay is {COUPLED} instead of {DECOUPLED} (adam)",
        ),
        (Adam(**PLAIN | {"eps": 1e-8}), Keras(**OF_KERAS), "epsilon 1e-08 instead of 1e-07 (adam)"),
        (Adam(**PLAIN | {"betas": (0.8, 0.999)}), Keras(**OF_KERAS), "beta1 0.8 instead of 0.9 (adam)"),
        (Adam(**PLAIN | {"amsgrad": True}), Keras(**OF_KERAS), "amsgrad on instead of none (adam)"),
        (Adam(**PLAIN | {"lr": 2e-3}), Keras(**OF_KERAS), "rate 0.002 instead of 0.001 (adam)"),
    ],
)
def test_what_differs_is_named_with_both_settings(one: Any, other: Any, said: str) -> None:
    assert compared(one, other) == said


def test_another_kind_or_number_of_optimisers_is_named() -> None:
    sgd, adam = Optimiser("sgd", {"rate": 0.1}), Optimiser("adam", {"rate": 0.1})
    assert differences([sgd], [adam]) == "sgd (rate 0.1) instead of adam (rate 0.1)"
    assert differences([sgd, sgd], [sgd]) == "2 instead of 1"
    assert differences([], [adam]) == differences([adam], []) == ""


def test_groups_with_settings_of_their_own_are_told_apart() -> None:
    optimizer = Adam(**PLAIN)
    optimizer.param_groups = [PLAIN, PLAIN, PLAIN | {"lr": 0.1}]
    assert [described.settings["rate"] for described in describe_optimisers([optimizer])] == [1e-3, 0.1]


@pytest.mark.slow
def test_optimisers_are_recorded_as_they_are_made() -> None:
    torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
    weights = [torch.nn.Parameter(torch.zeros(2))]
    before = torch.optim.Optimizer.__init__
    with recording() as made:
        torch.optim.RMSprop(weights, lr=1e-3)
        keras.optimizers.RMSprop(1e-3)
        keras.optimizers.get("adam")
    assert torch.optim.Optimizer.__init__ is before
    pytorch, of_keras, default = (describe_optimisers([optimizer]) for optimizer in made)
    assert differences(pytorch, of_keras) == "epsilon 1e-08 instead of 1e-07, rho 0.99 instead of 0.9 (rmsprop)"
    assert str(default[0]).startswith("adam (rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-07")
