"""A small sound pack on disk, to be spoiled in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import InputError
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack

FILES = {
    "pack.yaml": """\
name: small
version: "1"
reviewed: 2026-11-23
precedence: 1
""",
    "questions.yaml": """\
questions:
  - id: scale
    topic: scale
    ask: {en: How large?, zh: 多大规模？}
    why: {en: It matters., zh: 有影响。}
    assumes: {en: A guess., zh: 猜测。}
    choices:
      - {id: small, label: {en: small, zh: 小}, share: 0.7}
      - {id: large, label: {en: large, zh: 大}, share: 0.3}
  - id: deploy
    topic: deployment
    ask: {en: Where?, zh: 哪里？}
    why: {en: It matters., zh: 有影响。}
    several: true
    when: {not: {scale: small}}
    assumes: {en: A guess., zh: 猜测。}
    choices:
      - {id: none, label: {en: nowhere, zh: 无}, share: 0.5}
      - {id: server, label: {en: server, zh: 服务器}, share: 0.25}
      - {id: phone, label: {en: phone, zh: 手机}, share: 0.25}
impossible:
  - because: {en: Too large., zh: 太大。}
    when: {scale: large, deploy: phone}
""",
    "frameworks.yaml": """\
frameworks:
  - {id: alpha, name: Alpha, home: "https://alpha.example"}
  - {id: beta, name: Beta, home: "https://beta.example"}
candidates:
  - id: alpha
    framework: alpha
    backend: alpha
    name: {en: Alpha, zh: Alpha}
    modules: [alpha]
    packages: [alpha]
    install: pip install alpha
    size-mb: 10
  - id: beta[alpha]
    framework: beta
    backend: alpha
    name: {en: Beta on Alpha, zh: Beta+Alpha}
    modules: [beta, alpha]
    packages: [beta, alpha]
    environment: {BETA_BACKEND: alpha}
    install: pip install beta alpha
    size-mb: 12
""",
    "criteria.yaml": """\
criteria:
  - id: speed
    topic: performance
    name: {en: speed, zh: 速度}
    about: {en: Time of a step., zh: 单步时间。}
    worst: {en: 10 ms, zh: 10 毫秒}
    best: {en: 1 ms, zh: 1 毫秒}
    default: normal
    measured:
      - probe: training-step
        measure: step_ms
        label: {en: step, zh: 单步}
        log: [10, 1]
        nearness: toy-proxy
        counts-when: {scale: small}
  - id: ease
    topic: dev-efficiency
    name: {en: ease, zh: 易用}
    about: {en: How little code., zh: 代码多少。}
    worst: {en: much, zh: 多}
    best: {en: little, zh: 少}
    default: minor
""",
    "sources.yaml": """\
sources:
  - id: article
    title: An article
    author: Somebody
    read: 2026-11-23
    kind: article
  - id: manual
    title: A manual
    author: Somebody
    read: 2026-11-23
    kind: documentation
    link: https://alpha.example/manual
""",
    "needs/scale/need-speed.yaml": """\
need:
  en: Large projects need speed.
  zh: 大项目需要速度。
source: article §1
when: {scale: large}
criteria: {speed: major, ease: minor}
examples:
  applies: {scale: large}
  silent: {scale: small}
""",
    "constraints/no-phone.yaml": """\
constraint:
  en: Beta does not run on phones.
  zh: Beta 不能在手机上运行。
source: manual
when: {deploy: phone}
excludes: [beta]
examples:
  applies: {deploy: phone}
  silent: {deploy: [none, server]}
""",
    "claims/alpha/alpha-fast.yaml": """\
claim:
  en: Alpha is fast.
  zh: Alpha 很快。
source: article §2
kind: pro
about: speed
says: {alpha: strong, "backend:alpha": good}
when: {scale: [small, large]}
review:
  verdict: outdated
  on: 2026-11-23
  because: {en: No longer., zh: 已过时。}
  sources: [manual]
  instead: alpha-measured
check:
  probe: training-step
  measure: step_ms
  expect: {better: alpha, than: [beta], by: 0.1}
disputes: [alpha-measured]
examples:
  applies: {scale: large}
  silent: {}
""",
    "claims/alpha/alpha-measured.yaml": """\
claim:
  en: Alpha is as fast as Beta.
  zh: Alpha 与 Beta 一样快。
source: manual
kind: pro
review:
  verdict: holds
  on: 2026-11-23
  because: {en: So., zh: 如此。}
  sources: manual
uncheckable: {en: A cluster is needed., zh: 需要集群。}
""",
}

NEED, CONSTRAINT = "needs/scale/need-speed.yaml", "constraints/no-phone.yaml"
CLAIM, OTHER_CLAIM = "claims/alpha/alpha-fast.yaml", "claims/alpha/alpha-measured.yaml"


class PackFolder:
    """The pack in a folder `mine`; `spoil` replaces one passage, `write` a whole file."""

    def __init__(self, parent: Path) -> None:
        self.folder = parent / "mine"
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> None:
        """Write a file of the pack."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))

    def spoil(self, name: str, old: str, new: str) -> None:
        """Replace the first `old` of a file."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} holds no {old!r}"
        self.write(name, text.replace(old, new, 1))

    def load(self) -> Pack:
        """Load the pack."""
        return load_pack(self.folder)

    def problems(self) -> list[str]:
        """Return the problems of the pack, one line each; fail if it loads."""
        with pytest.raises(InputError) as caught:
            self.load()
        return [str(problem) for problem in caught.value.problems]
