"""What the pages about the knowledge draw on: the pack the options name, and what was measured here."""

from __future__ import annotations

from advisor.cli.options import Options
from advisor.cli.stored import read_evidence
from advisor.evidence import collect
from advisor.evidence.exhibits import probe_exhibits, step_lines
from advisor.evidence.findings import judge_claims
from advisor.evidence.scaled_measurements import scale_measurements
from advisor.knowledge.onboarding import load_onboarding
from advisor.pipeline import STEPS_BY_SCALE
from advisor.render.explain.sheet import Library


def make_library(options: Options) -> Library:
    """Return everything `advise explain` reads: the pack, the onboarding texts, findings, measurements and versions.

    Raises:
        InputError: an option that is not legal, or knowledge that is not sound.
        StoreError: a store that cannot be read.
    """
    pack, evidence = options.knowledge, read_evidence(options)
    modules = sorted({module for candidate in pack.candidates.values() for module in candidate.modules})
    return Library(
        pack=pack,
        onboarding=load_onboarding(pack.folders, pack),
        lang=options.language,
        findings=judge_claims(pack, evidence),
        measured=scale_measurements(pack, evidence, STEPS_BY_SCALE["medium"]),
        versions=collect.installed_versions(modules),
        exhibits=probe_exhibits(),
        steps=step_lines(),
    )
