"""A small pack that every check finds sound, to be spoiled in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from advisor.verification.audit import audit_packs
from advisor.verification.defect import Defect
from advisor.verification.subject import Measures

DAY = date(2026, 11, 25)
MEASURES: Measures = {"training-step": {"step_ms": "lower"}, "graph-mode": {"data_if": None}}

FILES = {
    "pack.yaml": """\
name: small
version: "1"
reviewed: 2026-11-23
precedence: 0
""",
    "questions.yaml": """\
questions:
  - id: scale
    topic: scale
    ask: {en: How large?, zh: 多大规模？}
    why: {en: It matters., zh: 有影响。}
    assumes: {en: A guess., zh: 猜测。}
    choices:
      - {id: small, label: {en: small, zh: 小}, share: 0.6}
      - {id: medium, label: {en: medium, zh: 中}, share: 0.2}
      - {id: large, label: {en: large, zh: 大}, share: 0.2}
  - id: deploy
    topic: deployment
    ask: {en: Where will it run?, zh: 在哪里运行？}
    why: {en: It matters., zh: 有影响。}
    several: true
    when: {not: {scale: small}}
    assumes: {en: A guess., zh: 猜测。}
    choices:
      - {id: none, label: {en: nowhere, zh: 暂不}, share: 0.5}
      - {id: server, label: {en: server, zh: 服务器}, share: 0.25}
      - {id: phone, label: {en: phone, zh: 手机}, share: 0.25}
  - id: style
    topic: dev-efficiency
    ask: {en: What counts more?, zh: 更看重什么？}
    why: {en: It matters., zh: 有影响。}
    assumes: {en: A guess., zh: 猜测。}
    choices:
      - {id: simple, label: {en: little code, zh: 代码少}, share: 0.5}
      - {id: control, label: {en: control, zh: 可控}, share: 0.5}
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
    install: pip install "alpha>=2,<3"
    size-mb: 10
  - id: beta[alpha]
    framework: beta
    backend: alpha
    name: {en: Beta on Alpha, zh: Beta+Alpha}
    modules: [beta, alpha]
    packages: [beta, alpha]
    install: pip install "beta>=1" "alpha>=2,<3"
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
    default: ignore
    measured:
      - probe: training-step
        measure: step_ms
        label: {en: step, zh: 单步}
        log: [10, 1]
        nearness: toy-proxy
        counts-when: {scale: [small, medium]}
  - id: ease
    topic: dev-efficiency
    name: {en: ease, zh: 易用}
    about: {en: How little code., zh: 代码多少。}
    worst: {en: much, zh: 多}
    best: {en: little, zh: 少}
    default: ignore
  - id: freedom
    topic: dev-efficiency
    name: {en: freedom, zh: 自由度}
    about: {en: Data-dependent code., zh: 依赖数据的代码。}
    worst: {en: none, zh: 无}
    best: {en: any, zh: 任意}
    default: ignore
    measured:
      - probe: graph-mode
        measure: data_if
        label: {en: data if, zh: 数据 if}
        levels: {works: 0.9, fails: 0.1}
        nearness: exact
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
need: {en: Large projects need speed., zh: 大项目需要速度。}
source: article §1
when: {scale: large}
criteria: {speed: major}
examples:
  applies: {scale: large}
  silent: {scale: small}
""",
    "needs/deployment/need-reach.yaml": """\
need: {en: A server wants speed to spare., zh: 服务器需要速度余量。}
source: article §1
when: {deploy: server}
criteria: {freedom: minor}
examples:
  applies: {scale: medium, deploy: server}
  silent: {scale: medium, deploy: none}
""",
    "needs/dev-efficiency/need-ease.yaml": """\
need: {en: Little code is wanted., zh: 希望代码少。}
source: article §1
when: {style: simple}
criteria: {ease: normal}
examples:
  applies: {style: simple}
  silent: {style: control}
""",
    "needs/dev-efficiency/need-freedom.yaml": """\
need: {en: Control wants freedom., zh: 可控需要自由度。}
source: article §1
when: {style: control}
criteria: {freedom: normal}
examples:
  applies: {style: control}
  silent: {style: simple}
""",
    "constraints/no-phone.yaml": """\
constraint: {en: Beta does not run on phones., zh: Beta 不能在手机上运行。}
source: manual
when: {deploy: phone}
excludes: [beta]
examples:
  applies: {scale: medium, deploy: phone}
  silent: {scale: medium, deploy: [server]}
""",
    "claims/alpha/alpha-fast.yaml": """\
claim: {en: Alpha is the fastest of all., zh: Alpha 最快。}
source: article §2
kind: pro
about: speed
says: {alpha: strong}
when: {scale: [medium, large]}
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
  silent: {scale: small}
""",
    "claims/alpha/alpha-measured.yaml": """\
claim: {en: Alpha is fast enough., zh: Alpha 足够快。}
source: manual
kind: pro
about: speed
says: {alpha: good}
review:
  verdict: holds
  on: 2026-11-23
  because: {en: The manual gives numbers., zh: 手册给出了数字。}
  sources: [manual]
uncheckable: {en: A cluster is needed., zh: 需要集群。}
disputes: [alpha-fast]
""",
    "claims/alpha/alpha-free.yaml": """\
claim: {en: Alpha runs any code on data., zh: Alpha 可运行任何依赖数据的代码。}
source: manual
kind: pro
about: freedom
says: {alpha: strong}
when: {style: control}
applies-to: {alpha: ">=2"}
review:
  verdict: holds
  on: 2026-11-23
  because: {en: Documented., zh: 有文献依据。}
  sources: [manual]
check:
  probe: graph-mode
  measure: data_if
  expect: {each: [alpha], is: works}
examples:
  applies: {style: control}
  silent: {style: simple}
""",
    "claims/beta/beta-short.yaml": """\
claim: {en: Beta takes the least code., zh: Beta 代码最少。}
source: article §3
kind: pro
about: ease
says: {beta: strong}
review:
  verdict: holds
  on: 2026-11-23
  because: {en: So the manual., zh: 手册如此。}
  sources: [manual]
uncheckable: {en: A matter of habit., zh: 因人而异。}
""",
    "claims/beta/beta-bound.yaml": """\
claim: {en: Beta traces a model before it runs., zh: Beta 先追踪模型再运行。}
source: manual
kind: con
about: freedom
says: {beta: weak}
when: {style: control}
review:
  verdict: holds
  on: 2026-11-23
  because: {en: Documented., zh: 有文献依据。}
  sources: [manual]
uncheckable: {en: No probe traces., zh: 没有实测检查追踪。}
examples:
  applies: {style: control}
  silent: {style: simple}
""",
    "claims/beta/beta-slow.yaml": """\
claim: {en: Beta adds a layer., zh: Beta 多了一层。}
source: article §3
kind: con
about: speed
says: {beta: weak}
review:
  verdict: holds
  on: 2026-11-23
  because: {en: So the manual., zh: 手册如此。}
  sources: [manual]
uncheckable: {en: It depends on the model., zh: 视模型而定。}
""",
    "claims/general/graph.yaml": """\
claim: {en: A graph holds the computation., zh: 计算图描述计算过程。}
source: article §1
kind: concept
review:
  verdict: holds
  on: 2026-11-23
  because: {en: By definition., zh: 定义如此。}
  sources: [manual]
uncheckable: {en: It is a definition., zh: 属于定义。}
""",
    "cases/cluster.yaml": """\
case: {en: A team trains on a cluster., zh: 团队在集群上训练。}
answers: {scale: large, style: control}
expert:
  framework: alpha
  label: [clear, lean]
because: {en: Speed decides., zh: 速度是决定性的。}
flips:
  - {answers: {scale: small, style: simple}, to: beta}
""",
}


def write_pack(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write a pack and return its folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def replace_in_file(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first `old` of a file."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} holds no {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def find_defects(*folders: Path) -> list[Defect]:
    """Return the defects of packs laid one over another."""
    return audit_packs(folders, MEASURES, DAY)[1]
