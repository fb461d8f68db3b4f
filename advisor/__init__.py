"""The framework advisor: asks, reasons and explains; it never imports a deep-learning framework.

For programs: `from advisor import advise, advise_many` (see `advisor.library`), imported when they are first named.

The words of the house, each with one meaning and the module that owns it:

The project
    question, choice: what is asked, and what can be answered (`knowledge.question`).
    answer: the choices given to one question (`reasoning.profile`). An answer set maps questions to choices (`knowledge.need`).
    profile: all known answers of a project (`reasoning.profile`).
    world: one possible version of a project: its unknown answers, the weights and the values drawn (`reasoning.worlds`).
    advice: what the program answers to a project (`reasoning.advice`). Its label says how sure it is (`words`).

What can be chosen
    framework: TensorFlow, PyTorch, Keras, JAX (`knowledge.framework`). In scope: one this program is about (`reasoning.in_scope`).
    candidate, stack: a framework, with its backend where it has several, as it is installed (`knowledge.framework`).

    install rule, target: what is typed instead of a candidate's install line on which machine, and what is needed beside it for
        where the model runs (`knowledge.installing`). Start: what an answer ends with, made of both (`reasoning.start`).

Knowledge
    pack: a folder of knowledge; an overlay is laid over another pack (`knowledge.pack`, `knowledge.layers`).
    criterion, importance, weight: what can matter, how much in a word, and in a number (`knowledge.criterion`).
    scale: a criterion's fixed range from 0 to 1; a measure scale reads one measure of a probe on it (`knowledge.criterion`).
    need, rule: answers that give criteria an importance. A constraint excludes candidates (`knowledge.need`).
    claim: a statement with its source and its review; its level, poor to strong, is a value in a word (`knowledge.claim`).
    claim check: how a probe can confirm or refute a claim (`knowledge.claim`). A pack check finds defects of a pack
        (`verification.table`), a decision check whether a decision still stands (`onboarding.decision_check`).
    defect, diagnostic: something wrong with a pack; what a pack check says of one place (`verification.defect`).
    case: a project with an expert's answer, to test a pack with (`knowledge.case`).

Evidence
    probe, measure: a small job, and one quantity it yields (`probes.catalogue`).
    run, outcome: one execution of a probe for one candidate, and how it ended (`probes.run`).
    step: one training step. Mode: how a framework executes it, such as compiled (`probes.catalogue`).
    block, session: one run of every candidate in random order; all runs of one measurement (`probes.registration`).
    evidence: the runs an answer may rest on (`evidence.runs`).
    verdict, finding: what runs say of a claim, in a word and with the reason (`reasoning.readings`).
    interval, judgement: the confidence interval of a ratio of times, and what it says (`evidence.intervals`).

A repository
    signal: what can be seen in a repository, and what it answers (`knowledge.signal`). Certainty: how far that can be trusted.
    fact, sighting: one thing seen in one file, and a signal that fired with its facts (`scan.facts`, `scan.sightings`).
    proposal: an answer that a repository gives for itself, for a person to confirm (`scan.proposals`).
    moving cost: the names a repository uses of a framework, and what becomes of them elsewhere (`scan.moving_cost`).

Reasoning
    inputs: everything an answer is computed from (`reasoning.evaluation`).
    reading: one way to read the knowledge: article, reviewed or measured (`reasoning.readings`).
    ground: what one source, or one measurement, says of one candidate on one criterion (`reasoning.beliefs`).
    belief: the pooled value of one candidate on one criterion, with its uncertainty (`reasoning.beliefs`).
    utility: the weighted mean of a candidate's values, 0 to 1. Regret: utility lost against the best (`reasoning.worlds`, `reasoning.ranking`).
    standing, ranking: how well one candidate does over all worlds, and all of them in order (`reasoning.ranking`).
    reason: what a criterion adds to the lead of the recommended candidate (`reasoning.reasons`).
    flip: a change that makes another framework lead: of answers (`reasoning.answer_flips`), of a weight or a ground
        (`reasoning.sensitivity`).
    value of information: the utility that an answer or a probe is expected to save (`reasoning.value_of_information`).
    derivation: an answer with everything it was derived from (`reasoning.derivation`).

Output
    page, line: an answer laid out for one language and width; one line of it (`render.page`).
    sheet: one page of `advise explain` (`render.explain.sheet`).
    decision, lock: what a team chose, and the file that records it (`onboarding.lock`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.library import Leaders as Leaders
    from advisor.library import advise as advise
    from advisor.library import advise_many as advise_many

__version__ = "0.1.0"
SCHEMA_VERSION = 1
"""Of every JSON object a command prints: the next one where a field is renamed or removed, not where one is added."""
__all__ = ["Leaders", "__version__", "advise", "advise_many"]


def __getattr__(name: str) -> object:
    """Import the library when something of it is asked for: the command line starts without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from advisor import library

    return getattr(library, name)
