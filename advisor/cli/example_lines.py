"""An example or two of each command, shown at the end of its help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

EXAMPLES: Mapping[str, Sequence[str]] = {
    "why": ("advise why", "advise why --scale large --deploy mobile"),
    "why-not": ("advise why-not keras", "advise why-not tensorflow --scale large --deploy mobile"),
    "what-if": ("advise what-if hardware=tpu", "advise what-if scale=small ease-of-use=major"),
    "explain": ("advise explain deploy", "advise explain autograd", "advise explain pytorch tensorflow"),
    "claims": ("advise claims --framework keras --verdict refuted",),
    "probe": ("advise probe --list", "advise probe training-step --budget 5m", "advise probe --path my-model"),
    "evidence list": ("advise evidence list",),
    "evidence export": ("advise evidence export runs.jsonl",),
    "evidence import": ("advise evidence import runs.jsonl",),
    "evidence merge": ("advise evidence merge a.jsonl b.jsonl --output all.jsonl",),
    "evidence remove": ("advise evidence remove --damaged",),
    "doctor": ("advise doctor",),
    "rules check": ("advise rules check my-rules",),
    "rules new": ("advise rules new team our-team",),
    "rules diff": ("advise rules diff rules my-rules",),
    "rules refresh": ("advise rules refresh",),
    "onboard": ("advise onboard team --answers advise.yaml", "advise onboard team --from decision.lock"),
    "check": ("advise check", "advise check team/decision.lock --update"),
}
"""Command → command lines."""


def example_text(command: str) -> str | None:
    """Return the examples of a command as the end of its help; None where it has none."""
    lines = EXAMPLES.get(command, ())
    return (
        "\n".join(["Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)]) if lines else None
    )
